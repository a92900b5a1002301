/// Outputs never replace inputs: whether two paths lead to one file.
#pragma once

#include <string>
#include <vector>

namespace lockstep {

/// True when both paths lead to one file: the same device and inode, however they are spelled, through symbolic and
/// hard links. Of paths without a file both must come to the same place once links and ".." are resolved. Devices and
/// pipes (/dev/null) are never the same: nothing in them can be replaced.
bool is_same_file(const std::string& a, const std::string& b);

/// A file that a command reads, and what named it: "--data".
struct InputName {
  std::string option;
  std::string path;  ///< empty: none
};

/// Throws Error (cannot_create) where `output` is the same file as an input, naming both; `advice` ends the message.
void require_no_input(const std::string& output, const std::vector<InputName>& inputs, const std::string& advice);

}  // namespace lockstep
