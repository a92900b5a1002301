#include "data/text_error.h"

#include "io/printable.h"

#include <algorithm>
#include <cctype>

namespace lockstep {

namespace {

constexpr std::size_t kLongestShown = 60;

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
}

}  // namespace

std::string shown(std::string_view text) {
  return '\'' + printable(text, kLongestShown) + '\'';
}

std::string shell_word(const std::string& name) {
  return !name.empty() && std::ranges::all_of(name, is_plain) ? name : shown(name);
}

}  // namespace lockstep
