#include "base/version.h"

#include "base/numerics.h"

#include <fmt/format.h>

namespace lockstep {

std::string_view version() {
  return LOCKSTEP_VERSION;
}

std::string build_id() {
  return fmt::format("lockstep {}, g++ {}, {}, {}", version(), __VERSION__, LOCKSTEP_ARCH, numerics_description());
}

}  // namespace lockstep
