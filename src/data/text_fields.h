/// The fields of one line of CSV.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lockstep {

struct TextField {
  std::string_view text;    ///< without quotes and surrounding blanks; valid until the next field is asked for
  std::int64_t column = 0;  ///< its first byte within the line, from 1
  bool is_quoted = false;
};

/// Splits a line at a delimiter. A field that begins with a quote runs to the closing quote, "" within being
/// one quote; a quote elsewhere is an ordinary character. Where the delimiter is a blank, runs of blanks and tabs are
/// one, and those at both ends of the line none.
class TextFields {
 public:
  TextFields(std::string_view line, char delimiter) : line_(line), delimiter_(delimiter) {}

  /// The next field; false after the last. A line has one field more than delimiters. Throws ContentError for
  /// a quote that is not closed and for text behind a closing quote.
  bool next(TextField& field);

 private:
  bool is_blank(char c) const { return (c == ' ' || c == '\t') && !delimits(c); }
  bool delimits(char c) const { return c == delimiter_ || (c == '\t' && delimiter_ == ' '); }
  bool next_in_blanks(TextField& field);
  void next_quoted(TextField& field, std::size_t quote);

  std::string_view line_;
  char delimiter_;
  std::size_t position_ = 0;
  bool finished_ = false;
  std::string unescaped_;
};

/// What may delimit the fields of a file that is not known yet.
inline constexpr std::string_view kUsualDelimiters = ",\t;|";

/// The delimiter among comma, tab and semicolon that stands most often in `line` outside quotes (the earlier
/// of these when equal; but tab or semicolon where the commas are those of decimal numbers, as they all are where
/// `has_decimal_comma`); a pipe where none of these stands; 0 when none does.
char detect_delimiter(std::string_view line, bool has_decimal_comma = false);

/// "tab", "blank", "','" or "';'", for messages.
std::string delimiter_name(char delimiter);

}  // namespace lockstep
