/// The environment variables of the process as a value, so that what depends on them can be tested.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace lockstep {

using Environment = std::map<std::string, std::string>;

Environment process_environment();

/// The variable as a whole number ("4", and the first of "4,2"); empty where it is unset or none.
std::optional<int> number_in(const Environment& environment, const std::string& name);

}  // namespace lockstep
