/// The format number of a file of ours: what it holds, and how, is told by that alone.
#pragma once

#include "lockstep/base/errors.h"

#include <cstdint>
#include <string>

namespace lockstep {

/// The numbers that this Lockstep reads.
struct KnownFormats {
  std::int64_t oldest = 1;
  std::int64_t newest = 1;  ///< which it writes
};

/// A sound file that this Lockstep cannot read.
class FormatError : public Error {
 public:
  explicit FormatError(const std::string& message) : Error(ExitCode::configuration, message) {}
};

/// Throws FormatError "PATH: … format …" naming the number found and those known, where it is none of them;
/// `remedy` says what to do then.
void require_format(std::int64_t found, const KnownFormats& known, const std::string& path, const std::string& remedy);

}  // namespace lockstep
