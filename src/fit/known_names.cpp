#include "fit/known_names.h"

#include "io/printable.h"
#include "lockstep/base/errors.h"

#include <fmt/format.h>

namespace lockstep {

void throw_unknown_name(const char* key, const std::string& text, const std::vector<std::string>& known) {
  throw ConfigurationError(fmt::format("{} = \"{}\": must be one of {}", key, printable(text), fmt::join(known, ", ")));
}

std::string joined(const std::vector<std::string>& names, const std::string& last) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? last : ", ") + names[i];
  }
  return text;
}

}  // namespace lockstep
