/// The reference data sets: the folder LOCKSTEP_TEST_DATA, which the project does not ship.
#pragma once

#include <string>

namespace lockstep::testing {

/// LOCKSTEP_TEST_DATA/<name>.
std::string reference(const std::string& name);

}  // namespace lockstep::testing
