/// Bad content met while parsing, before its line number in the whole file is known.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lockstep {

/// Thrown by the parser of one line or row. Whoever knows the line turns it into a DataError; it never leaves
/// data/.
class ContentError : public std::runtime_error {
 public:
  /// `column`: byte within the line, from 1; 0 when the whole line is meant.
  ContentError(std::int64_t column, const std::string& message) : std::runtime_error(message), column_(column) {}
  std::int64_t column() const noexcept { return column_; }

 private:
  std::int64_t column_;
};

/// The text in single quotes as an error message shows it: made printable (a file must not steer the
/// terminal) and cut after 60 characters.
std::string shown(std::string_view text);

/// A name as the shell wants it: quoted where it holds more than letters, digits and "._-".
std::string shell_word(const std::string& name);

}  // namespace lockstep
