/// How a CSV file writes its fields and numbers: what options say of it, and what its first lines do.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lockstep {

/// The delimiter as --delimiter names it.
struct Delimiter {
  std::string text = "auto";
  char character = '\0';  ///< NUL: found in the first line

  /// "auto", "comma", "tab", "semicolon", "pipe", "blank" (runs of blanks and tabs are one), or the character, which
  /// cannot stand in numbers or names. Throws UsageError.
  static Delimiter parse(const std::string& text);
};

enum class DecimalMark { automatic, point, comma };

std::string to_string(DecimalMark mark);
/// Throws UsageError for a word that is none of theirs.
DecimalMark decimal_mark(const std::string& word);

/// What shows decimal commas in lines of another delimiter than the comma: the first number that has one, where some
/// column of `rows` holds nothing but numbers, and no number of any column has a decimal point. 1,234 alone shows none:
/// it may be a thousand. Empty: nothing does. `first`: the line above the rows, names or a row.
std::string decimal_comma_in(std::string_view first, std::span<const std::string_view> rows, char delimiter);

}  // namespace lockstep
