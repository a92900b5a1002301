/// The file that a command writes, looked at before anything is read: it may not be found wanting after hours.
#pragma once

#include "io/same_file.h"

#include <string>
#include <vector>

namespace lockstep {

// The parts of a path: "." for none.
std::string folder_of(const std::string& path);
std::string name_of(const std::string& path);

/// Whether a regular file stands there already. Throws Error (cannot_create) or SystemError where no file can be
/// written there: no such folder, or one that may not be written; a folder or a device; one of the inputs.
bool is_output_there(const std::string& output, const std::vector<InputName>& inputs);

/// The same, and Error (cannot_create) for a file that is there, unless it is to be replaced.
void require_new_output(const std::string& output, const std::vector<InputName>& inputs, bool overwrite);

}  // namespace lockstep
