#include "lockstep/data/text_cause.h"

#include "lockstep/data/text_error.h"
#include "lockstep/data/text_number.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr std::array<std::string_view, 18> kMissing = {"",    "na",      "n/a",    "<na>", "#n/a", "#na",
                                                       "nan", "-nan",    "null",   "none", "nil",  "nat",
                                                       "?",   "missing", "(null)", "-",    "--",   "."};

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

std::string_view without_sign(std::string_view text) {
  return text.starts_with('+') || text.starts_with('-') ? text.substr(1) : text;
}

/// Takes the digits at the begin of `text` off it, and returns how many there were.
std::size_t take_digits(std::string_view& text) {
  const std::size_t count = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  text.remove_prefix(count);
  return count;
}

/// Takes a separator of thousands off the begin of `text`: , . ' _ a blank, or the blanks and apostrophe of UTF-8.
std::string_view take_separator(std::string_view& text) {
  constexpr std::array<std::string_view, 9> separators = {
      ",", ".", "'", "_", " ", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89", "\xE2\x80\x99"};
  for (const std::string_view separator : separators) {
    if (text.starts_with(separator)) {
      const std::string_view taken = text.substr(0, separator.size());
      text.remove_prefix(separator.size());
      return taken;
    }
  }
  return {};
}

/// "1,234", "1 234 567", "1'234.5", "1.234,5": groups of three digits behind one to three.
bool has_thousands(std::string_view text) {
  text = without_sign(text);
  const std::size_t first = take_digits(text);
  if (first < 1 || first > 3) {
    return false;
  }
  std::string_view separator;
  int groups = 0;
  while (!text.empty()) {
    std::string_view rest = text;
    const std::string_view next = take_separator(rest);
    if (next.empty() || (groups > 0 && next != separator) || take_digits(rest) != 3) {
      break;
    }
    separator = next;
    text = rest;
    ++groups;
  }
  if (groups > 0 && (text.starts_with('.') || text.starts_with(',')) && text.substr(0, 1) != separator) {
    text.remove_prefix(1);
    take_digits(text);
  }
  return groups > 0 && text.empty();
}

/// "0,5", "-,5", "1,5e-3": one comma in place of the point.
bool has_decimal_comma(std::string_view text) {
  text = without_sign(text);
  const std::size_t before = take_digits(text);
  if (!text.starts_with(',')) {
    return false;
  }
  text.remove_prefix(1);
  const std::size_t behind = take_digits(text);
  if (before + behind == 0) {
    return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text = without_sign(text.substr(1));
    return take_digits(text) > 0 && text.empty();
  }
  return text.empty();
}

bool is_word_for_truth(std::string_view text) {
  return truth_value(text).has_value() || equals_ignoring_case(text, "yes") || equals_ignoring_case(text, "no");
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool is_missing_marker(std::string_view text) {
  return std::ranges::any_of(kMissing, [&](std::string_view marker) { return equals_ignoring_case(text, marker); });
}

std::optional<bool> truth_value(std::string_view text) {
  if (equals_ignoring_case(text, "true") || equals_ignoring_case(text, "t")) {
    return true;
  }
  return equals_ignoring_case(text, "false") || equals_ignoring_case(text, "f") ? std::optional(false) : std::nullopt;
}

TextCause cause_of_text(std::string_view text) {
  if (is_missing_marker(text)) {
    return {"missing value", "correct it"};
  }
  const bool is_comma = has_decimal_comma(text);
  if (has_thousands(text)) {
    return is_comma ? TextCause{"decimal comma or thousands separator", "write 1.234 or 1234"}
                    : TextCause{"thousands separator", "write 1234 with nothing between its digits"};
  }
  if (is_comma) {
    return {"decimal comma", "write numbers with a decimal point"};
  }
  if (is_word_for_truth(text)) {
    return {"boolean", "recode it to 1 and 0"};
  }
  return text.find('\r') == std::string_view::npos ? TextCause{}
                                                   : TextCause{"lone CR line end", "end lines with LF: tr '\\r' '\\n'"};
}

void check_digits(std::string_view text, double value, std::int64_t column) {
  if (std::abs(value) < kExactIntegers) {
    return;
  }
  const std::string_view digits = without_sign(text);
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size());
  if (std::ranges::all_of(digits, is_digit) && fmt::format("{:.0f}", std::abs(value)) != digits.substr(first)) {
    throw ContentError(column, fmt::format("the integer {} would lose digits as a float64; integers above 2^53 can be "
                                           "ids and classes, not numbers",
                                           text));
  }
}

}  // namespace lockstep
