/// What the trainer says without a command.
#pragma once

#include <string>
#include <vector>

namespace lockstep {

std::vector<std::string> command_names();
std::string general_help();
std::string version_text();

}  // namespace lockstep
