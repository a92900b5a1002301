#include "data/text_cause.h"

#include "data/text_error.h"
#include "data/text_number.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <span>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr std::array<std::string_view, 25> kMissing = {
    "",      "na",     "n.a.",   "n/a",     "<na>",     "#n/a",   "#na",     "#n/a n/a", "nan",
    "-nan",  "null",   "(null)", "<null>",  "nat",      "?",      "#div/0!", "#value!",  "#ref!",
    "#num!", "#name?", "#null!", "1.#qnan", "-1.#qnan", "1.#ind", "-1.#ind"};
/// Missing among numbers; among texts they may be words like others.
constexpr std::array<std::string_view, 10> kUnclear = {"none",      "nil", "missing", "unknown", "unk",
                                                       "undefined", "-",   "--",      "---",     "."};
constexpr std::array<std::string_view, 6> kWordsForTruth = {"yes", "no", "y", "n", "on", "off"};
constexpr std::array<std::string_view, 4> kCurrencies = {"$", "\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5"};
constexpr std::string_view kMinusSign = "\xE2\x88\x92";

bool is_one_of(std::string_view text, std::span<const std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return equals_ignoring_case(text, word); });
}

bool is_number(std::string_view text) {
  return parse_number(text).status == NumberStatus::ok;
}

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
  return truth_value(text).has_value() || is_one_of(text, kWordsForTruth);
}

/// "1.5D+03", as Fortran writes it; no D stands in other numbers.
bool has_fortran_exponent(std::string_view text) {
  std::string with_e(text);
  const std::size_t mark = with_e.find_first_of("dD");
  if (mark == std::string::npos) {
    return false;
  }
  with_e[mark] = 'e';
  return is_number(with_e);
}

/// A number beside a blank that is not ASCII: that of UTF-8 or Latin-1 which breaks no line, or one without width.
bool has_foreign_blank(std::string_view text) {
  for (const std::string_view blank :
       {"\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89", "\xE2\x80\x8B", "\xEF\xBB\xBF", "\xA0"}) {
    if ((text.starts_with(blank) && is_number(trimmed(text.substr(blank.size())))) ||
        (text.ends_with(blank) && is_number(trimmed(text.substr(0, text.size() - blank.size()))))) {
      return true;
    }
  }
  return false;
}

/// A number beside a sign that is none of its own, or with another character for its minus.
TextCause cause_of_sign(std::string_view text) {
  if (text.ends_with('%') && is_number(trimmed(text.substr(0, text.size() - 1)))) {
    return {"percent sign", "write the number alone"};
  }
  if (text.starts_with(kMinusSign) && is_number(text.substr(kMinusSign.size()))) {
    return {"minus sign that is not ASCII", "write -"};
  }
  if (has_fortran_exponent(text)) {
    return {"Fortran exponent", "write e in place of D"};
  }
  if (has_foreign_blank(text)) {
    return {"blank that is not ASCII", "remove it"};
  }
  for (const std::string_view sign : kCurrencies) {
    if ((text.starts_with(sign) && is_number(trimmed(text.substr(sign.size())))) ||
        (text.ends_with(sign) && is_number(trimmed(text.substr(0, text.size() - sign.size()))))) {
      return {"currency sign", "write the number alone"};
    }
  }
  return {};
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool is_surely_missing(std::string_view text) {
  return is_one_of(text, kMissing);
}

bool is_missing_marker(std::string_view text) {
  return is_surely_missing(text) || is_one_of(text, kUnclear);
}

bool is_number_elsewhere(std::string_view text) {
  return has_decimal_comma(text) || (has_thousands(text) && !is_number(text));
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
  return text.find('\r') == std::string_view::npos ? cause_of_sign(text)
                                                   : TextCause{"lone CR line end", "end lines with LF: tr '\\r' '\\n'"};
}

void check_digits(std::string_view text, double value, std::int64_t column) {
  if (std::abs(value) < kExactIntegers) {
    return;
  }
  std::string_view digits = without_sign(text);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  if (digits.find_first_not_of('0', std::min(point + 1, digits.size())) == std::string_view::npos) {
    digits = digits.substr(0, point);
  }
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size());
  if (std::ranges::all_of(digits, is_digit) && fmt::format("{:.0f}", std::abs(value)) != digits.substr(first)) {
    throw ContentError(column, fmt::format("the integer {} would lose digits as a float64; integers above 2^53 can be "
                                           "ids and classes, not numbers",
                                           text));
  }
}

}  // namespace lockstep
