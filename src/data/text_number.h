/// Numbers in text: exact, independent of the locale, and strict about what a number is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lockstep {

/// 2^53: from here on a double is not next to every integer.
inline constexpr double kExactIntegers = 9007199254740992.0;

enum class NumberStatus {
  ok,
  missing,       ///< empty
  text,          ///< not a decimal number (hexadecimal is text, too)
  not_finite,    ///< nan, inf
  out_of_range,  ///< beyond the largest double, as 1e400
};

struct ParsedNumber {
  double value = 0;
  NumberStatus status = NumberStatus::ok;
};

/// Reads the whole of `text`, which has no surrounding blanks, as a decimal number; a leading '+' is
/// accepted. The nearest double; a number too small for one is a zero of its sign.
ParsedNumber parse_number(std::string_view text);

/// `text` with a point in place of its comma, where that makes a number of it; else `text`. So a number with a decimal
/// point stays what it is. `buffer` holds the result.
std::string_view with_decimal_point(std::string_view text, std::string& buffer);

/// True where `value` is zero and `text`, that it was read from, is a number other than zero: 1e-400.
bool is_lost_in_zero(std::string_view text, double value);

/// What is wrong, for a message: "text in number column 'area' (saw 'abc')". `what` says which number:
/// "column 'area'".
std::string describe(NumberStatus status, const std::string& what, std::string_view seen);

/// The shortest text that reads back as `value`, −0 as "0".
std::string shortest(double value);

/// `text` without blanks (space, tab) at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace lockstep
