/// Text that ought to be UTF-8 and may hold any bytes: names in data files and paths are what they are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lockstep {

/// Bytes of the UTF-8 character that begins at `i`; 0 where there is none: a stray, missing or overlong byte, or half a
/// surrogate pair.
std::size_t utf8_length(std::string_view text, std::size_t i);

/// A TOML basic string with quotes, backslashes and control characters escaped. A byte XX that is no UTF-8 is written
/// as "\uF7XX", a character of the private use area, and so is each byte of such a character itself.
std::string toml_literal(std::string_view text);

/// The text of such a literal, once TOML has been read: characters U+F780 to U+F7FF are the bytes they stand for.
std::string with_raw_bytes(std::string_view text);

}  // namespace lockstep
