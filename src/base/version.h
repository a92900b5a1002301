/// Version and build of the program.
#pragma once

#include <string>
#include <string_view>

namespace lockstep {

/// "0.1.0"
std::string_view version();

/// Version, compiler, instruction set and linear-algebra kernels: with equal ids equal bits are promised.
std::string build_id();

}  // namespace lockstep
