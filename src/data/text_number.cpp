#include "data/text_number.h"

#include "data/text_error.h"

#include <array>
#include <charconv>
#include <cmath>

namespace lockstep {

namespace {

/// True when |number| < 1, for text that std::from_chars accepted as a number out of the range of double.
/// There the power of ten of the first nonzero digit is far from 0, so its sign tells underflow from
/// overflow.
bool is_tiny(std::string_view text) {
  const std::size_t mark = text.find_first_of("eE");
  const std::string_view digits = text.substr(0, mark);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const std::size_t first = digits.find_first_of("123456789");
  const auto magnitude = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  std::int64_t exponent = 0;
  if (mark != std::string_view::npos) {
    std::string_view rest = text.substr(mark + 1);
    if (rest.starts_with('+')) {
      rest.remove_prefix(1);
    }
    if (std::from_chars(rest.data(), rest.data() + rest.size(), exponent).ec != std::errc{}) {
      return rest.starts_with('-');  // an exponent beyond 64 bits outweighs any number of digits
    }
  }
  return magnitude < -exponent;
}

}  // namespace

ParsedNumber parse_number(std::string_view text) {
  if (text.empty()) {
    return {0, NumberStatus::missing};
  }
  if (text.front() == '+' && text.size() > 1 && text[1] != '-') {
    text.remove_prefix(1);  // from_chars takes no plus sign
  }
  ParsedNumber number;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number.value);
  if (error == std::errc::invalid_argument || stop != end) {
    return {0, NumberStatus::text};
  }
  if (error == std::errc::result_out_of_range) {
    return is_tiny(text) ? ParsedNumber{text.front() == '-' ? -0.0 : 0.0, NumberStatus::ok}
                         : ParsedNumber{0, NumberStatus::out_of_range};
  }
  if (!std::isfinite(number.value)) {
    return {0, NumberStatus::not_finite};
  }
  return number;
}

std::string_view with_decimal_point(std::string_view text, std::string& buffer) {
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos || text.find('.') != std::string_view::npos) {
    return text;
  }
  buffer = text;
  buffer[comma] = '.';
  return parse_number(buffer).status == NumberStatus::text ? text : std::string_view(buffer);
}

bool is_lost_in_zero(std::string_view text, double value) {
  return value == 0 && text.substr(0, text.find_first_of("eE")).find_first_of("123456789") != std::string_view::npos;
}

std::string describe(NumberStatus status, const std::string& what, std::string_view seen) {
  switch (status) {
    case NumberStatus::missing:
      return "missing value in " + what;
    case NumberStatus::not_finite:
      return "value in " + what + " is not finite (saw " + shown(seen) + ")";
    case NumberStatus::out_of_range:
      return "value in " + what + " is out of range (saw " + shown(seen) + ")";
    case NumberStatus::ok:
    case NumberStatus::text:
      break;
  }
  return "text in number " + what + " (saw " + shown(seen) + ")";
}

std::string shortest(double value) {
  std::array<char, 32> text{};
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value + 0.0);  // −0 + 0 = 0
  return {text.data(), result.ptr};
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return text.substr(text.size());
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace lockstep
