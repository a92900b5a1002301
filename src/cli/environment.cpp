#include "cli/environment.h"

#include <charconv>

#include <unistd.h>

namespace lockstep {

Environment process_environment() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) {
      environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return environment;
}

std::optional<int> number_in(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  if (found == environment.end()) {
    return std::nullopt;
  }
  const std::string& text = found->second;
  const char* const last = text.data() + text.size();
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), last, value);
  const bool is_number = error == std::errc{} && (end == last || *end == ',');
  return is_number ? std::optional(value) : std::nullopt;
}

}  // namespace lockstep
