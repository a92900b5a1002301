#include "io/printable.h"

#include <fmt/format.h>

namespace lockstep {

std::string printable(std::string_view text, std::size_t limit) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    shown += byte < 0x20 || byte >= 0x7f ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
    if (shown.size() >= limit) {
      return shown + "...";
    }
  }
  return shown;
}

}  // namespace lockstep
