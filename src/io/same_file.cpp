#include "io/same_file.h"

#include "lockstep/base/errors.h"

#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>

namespace lockstep {

namespace {

/// The path without links and ".."; as it is where it cannot be resolved.
std::filesystem::path resolved(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  const std::filesystem::path whole = std::filesystem::weakly_canonical(absolute, error);
  return error ? absolute : whole;
}

}  // namespace

bool is_same_file(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) {
    return false;
  }
  struct stat of_a {};
  struct stat of_b {};
  const bool has_a = ::stat(a.c_str(), &of_a) == 0;
  const bool has_b = ::stat(b.c_str(), &of_b) == 0;
  if (has_a != has_b) {
    return false;
  }
  if (!has_a) {
    return resolved(a) == resolved(b);
  }
  return S_ISREG(of_a.st_mode) && of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

void require_no_input(const std::string& output, const std::vector<InputName>& inputs, const std::string& advice) {
  for (const auto& [option, path] : inputs) {
    if (is_same_file(output, path)) {
      throw Error(ExitCode::cannot_create, fmt::format("{}: is the same file as the input {} {}, which an output never "
                                                       "replaces; {}",
                                                       output, option, path, advice));
    }
  }
}

}  // namespace lockstep
