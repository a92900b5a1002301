/// Version and build of the program.
#pragma once

#include <string>
#include <string_view>

namespace lockstep {

inline constexpr std::string_view kVersion = LOCKSTEP_VERSION;

/// Version, compiler, instruction set and linear-algebra kernels: with equal ids equal bits are promised.
std::string build_id();

}  // namespace lockstep
