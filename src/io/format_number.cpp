#include "io/format_number.h"

#include <fmt/format.h>

namespace lockstep {

void require_format(std::int64_t found, const KnownFormats& known, const std::string& path, const std::string& remedy) {
  if (found >= known.oldest && found <= known.newest) {
    return;
  }
  const std::string numbers = known.oldest == known.newest ? fmt::format("{}", known.newest)
                                                           : fmt::format("{} to {}", known.oldest, known.newest);
  throw FormatError(fmt::format("{}: {} format version {} (this Lockstep reads {}); {}", path,
                                found > known.newest ? "newer" : "unknown", found, numbers, remedy));
}

}  // namespace lockstep
