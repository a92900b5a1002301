/// What an exception says: one reading of it for all who end by one, or agree on one.
#pragma once

#include "lockstep/base/errors.h"

#include <string>
#include <vector>

namespace lockstep {

struct Failure {
  ExitCode code = ExitCode::success;
  std::string text = {};
  std::vector<std::string> notices = {};
  bool is_typed = false;   ///< an Error
  bool is_agreed = false;  ///< every rank has it
};

/// What the exception says that is being handled.
Failure current_failure();

}  // namespace lockstep
