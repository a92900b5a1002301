#include "lockstep/base/errors.h"

#include <cerrno>
#include <cstring>

namespace lockstep {

namespace {

ExitCode code_of(SystemError::Purpose purpose, int error_number) {
  const bool denied = error_number == EACCES || error_number == EPERM;
  if (error_number == ENOMEM) {
    return ExitCode::out_of_memory;
  }
  if (denied) {
    return ExitCode::permission;
  }
  switch (purpose) {
    case SystemError::Purpose::read_input:
      return error_number == ENOENT || error_number == ENOTDIR || error_number == EISDIR ? ExitCode::input_missing
                                                                                         : ExitCode::io_error;
    case SystemError::Purpose::create_output:
      return ExitCode::cannot_create;
    case SystemError::Purpose::write:
      return ExitCode::io_error;
  }
  return ExitCode::io_error;
}

}  // namespace

std::string to_string(const Position& position) {
  std::string text = position.file;
  if (position.line > 0) {
    text += ':' + std::to_string(position.line);
    if (position.column > 0) {
      text += ':' + std::to_string(position.column);
    }
  }
  return text;
}

SystemError::SystemError(Purpose purpose, const std::string& path, const std::string& action, int error_number)
    : Error(code_of(purpose, error_number), path + ": cannot " + action + " (" + std::strerror(error_number) + ")"),
      error_number_(error_number) {}

}  // namespace lockstep
