/// Why a text is no number: what people and programs write in place of one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lockstep {

/// True for what stands for a value that is not known and for nothing else, in any case of letters: nothing, NA, N/A,
/// nan, null, ?, #DIV/0! and other errors of spreadsheets, and the like.
bool is_surely_missing(std::string_view text);

/// The same, and what may be a word of its own: none, nil, missing, unknown, -, a point. Among numbers it is missing.
bool is_missing_marker(std::string_view text);

/// True and False, T and F, in any case of letters; nothing for other text.
std::optional<bool> truth_value(std::string_view text);

/// A name for what was written, and what to write instead. Empty: plain text.
struct TextCause {
  std::string_view name;
  std::string_view remedy;
};

/// The cause for a text that parse_number() took for none: missing value, decimal comma, thousands separator, boolean,
/// percent or currency sign.
TextCause cause_of_text(std::string_view text);

/// A number with a decimal comma or a separator of thousands.
bool is_number_elsewhere(std::string_view text);

/// Throws ContentError at `column` where `text` writes an integer (12, 12.0) that `value`, its nearest double, is not.
void check_digits(std::string_view text, double value, std::int64_t column);

/// Whether `a` and `b` are the same letters, upper and lower case being alike.
bool equals_ignoring_case(std::string_view a, std::string_view b);

}  // namespace lockstep
