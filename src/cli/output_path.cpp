#include "cli/output_path.h"

#include "io/file_system.h"
#include "lockstep/base/errors.h"

#include <cerrno>
#include <filesystem>

#include <unistd.h>

namespace lockstep {

std::string folder_of(const std::string& path) {
  const std::filesystem::path whole(path);
  return whole.has_parent_path() ? whole.parent_path().string() : ".";
}

std::string name_of(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

bool is_output_there(const std::string& output, const std::vector<InputName>& inputs) {
  const std::string folder = folder_of(output);
  if (kind_of_path(folder, SystemError::Purpose::create_output) != PathKind::folder) {
    throw Error(ExitCode::cannot_create, folder + ": there is no such folder for the output");
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw SystemError(SystemError::Purpose::create_output, folder, "write the output into the folder", errno);
  }
  const PathKind kind = kind_of_path(output, SystemError::Purpose::create_output);
  if (kind == PathKind::folder || kind == PathKind::other) {
    throw Error(
        ExitCode::cannot_create,
        output + (kind == PathKind::folder ? ": is a folder" : ": is no regular file") + "; choose another --output");
  }
  require_no_input(output, inputs, "choose another --output");
  return kind == PathKind::file;
}

void require_new_output(const std::string& output, const std::vector<InputName>& inputs, bool overwrite) {
  if (is_output_there(output, inputs) && !overwrite) {
    throw Error(ExitCode::cannot_create, output + ": is there already; choose another --output, or say --overwrite");
  }
}

}  // namespace lockstep
