#include "data/class_label.h"

#include "data/text_number.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

namespace lockstep {

namespace {

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// "007", "-01", "00.5": a zero before another digit.
bool is_code(std::string_view text) {
  text.remove_prefix(text.starts_with('+') || text.starts_with('-') ? 1 : 0);
  return text.size() > 1 && text[0] == '0' && is_digit(text[1]);
}

/// The digits of a whole number without plus sign, leading zeros kept, and without a fraction of zeros; other text
/// without its plus sign.
std::string plainly_spelled(std::string_view text) {
  text.remove_prefix(text.starts_with('+') ? 1 : 0);
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const bool is_whole = point > 0 && std::ranges::all_of(digits.substr(0, point), is_digit) &&
                        digits.find_first_not_of('0', std::min(point + 1, digits.size())) == std::string_view::npos;
  if (!is_whole) {
    return std::string(text);
  }
  const bool is_zero = digits.substr(0, point) == "0";
  text = is_zero ? digits.substr(0, 1) : text.substr(0, text.size() - digits.size() + point);
  return std::string(text);
}

/// All digits of the whole number that a number's text, without its sign, writes: 1.5e3 → 1500. Empty: it is not whole.
std::string whole_digits(std::string_view text) {
  const std::size_t mark = std::min(text.find_first_of("eE"), text.size());
  const std::size_t point = std::min(text.find('.'), mark);
  std::string digits(text.substr(0, point));
  digits += text.substr(std::min(point + 1, mark), mark - std::min(point + 1, mark));
  const std::size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) {
    return "0";
  }
  std::string_view exponent = text.substr(std::min(mark + 1, text.size()));
  exponent.remove_prefix(exponent.starts_with('+') ? 1 : 0);
  std::int64_t shift = 0;
  if (mark < text.size() &&
      std::from_chars(exponent.data(), exponent.data() + exponent.size(), shift).ec != std::errc{}) {
    return {};
  }
  const std::int64_t whole = static_cast<std::int64_t>(point) + shift;  // digits in front of the point
  if (whole <= 0) {
    return {};
  }
  const auto length = static_cast<std::size_t>(whole);
  if (length < digits.size() && digits.find_first_not_of('0', length) != std::string::npos) {
    return {};
  }
  digits.resize(length, '0');
  return digits.substr(first);
}

/// By value, and integers that one double stands for by their digits.
bool is_less(const std::string& a, const std::string& b) {
  const double x = parse_number(a).value;
  const double y = parse_number(b).value;
  if (x != y || std::abs(x) < kExactIntegers) {
    return x < y;
  }
  const auto digits_of = [](std::string_view text) {
    return whole_digits(text.substr(text.starts_with('-') || text.starts_with('+') ? 1 : 0));
  };
  const std::string m = digits_of(a);
  const std::string n = digits_of(b);
  const bool is_smaller = m.size() != n.size() ? m.size() < n.size() : m < n;
  return m != n && is_smaller == (x > 0);
}

/// The number that a label writes, exactly where it is whole. One that is not and too large to keep its fraction in a
/// double stays as it is written.
std::string number_of(const std::string& text) {
  const std::string plain = plainly_spelled(text);
  const bool is_negative = plain.starts_with('-');
  if (const std::string digits = whole_digits(std::string_view(plain).substr(is_negative ? 1 : 0)); !digits.empty()) {
    return (is_negative && digits != "0" ? "-" : "") + digits;
  }
  const double value = parse_number(text).value;
  return std::abs(value) < kExactIntegers ? shortest(value) : plain;
}

}  // namespace

bool is_number(const std::string& text) {
  return parse_number(text).status == NumberStatus::ok;
}

std::string canonical_label(const std::string& text) {
  const ParsedNumber number = parse_number(text);
  return number.status == NumberStatus::ok && std::abs(number.value) < kExactIntegers ? shortest(number.value) : text;
}

std::string class_label(const std::string& text) {
  if (!is_number(text)) {
    return text;
  }
  const std::string plain = plainly_spelled(text);
  return is_code(plain) ? plain : number_of(plain);
}

std::vector<std::string> ordered_classes(std::vector<std::string> labels) {
  std::ranges::sort(labels);
  if (std::ranges::all_of(labels, is_number)) {
    std::ranges::stable_sort(labels, is_less);
  }
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  return labels;
}

std::string number_and_spelling(const std::string& text) {
  const std::string plain = plainly_spelled(text);
  const bool is_whole = std::ranges::all_of(plain.substr(plain.starts_with('-') ? 1 : 0), is_digit);
  return number_of(text) + ' ' + (is_whole ? class_label(text) : plain);
}

}  // namespace lockstep
