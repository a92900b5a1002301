#include "run/free_space.h"

#include "lockstep/base/errors.h"
#include "run/plan.h"

#include <limits>

#include <fmt/format.h>
#include <sys/statvfs.h>

namespace lockstep {

std::string shortage_of_space(const std::string& folder, double free, double checkpoint_bytes, int keep) {
  const double all = (keep + 2) * checkpoint_bytes;  // one that is being written, and the model
  if (free >= all) {
    return "";
  }
  const std::string text = fmt::format("run folder {}: {} are free, a checkpoint takes about {}", folder,
                                       bytes_text(free), bytes_text(checkpoint_bytes));
  if (free < checkpoint_bytes) {
    throw Error(ExitCode::cannot_create, text + "; make room, or give another --run");
  }
  return fmt::format("{}, those that are kept and the model {}", text, bytes_text(all));
}

void require_room(const std::string& path, const std::string& folder, double bytes) {
  if (const double free = free_bytes(folder); free < bytes) {
    throw Error(ExitCode::cannot_create, fmt::format("{}: {} are free, the file takes about {}; make room, or write it "
                                                     "elsewhere",
                                                     path, bytes_text(free), bytes_text(bytes)));
  }
}

double free_bytes(const std::string& folder) {
  struct statvfs status {};
  if (::statvfs(folder.c_str(), &status) != 0 || status.f_blocks == 0) {
    return std::numeric_limits<double>::infinity();
  }
  return static_cast<double>(status.f_bavail) * static_cast<double>(status.f_frsize);
}

}  // namespace lockstep
