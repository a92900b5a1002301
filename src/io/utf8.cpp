#include "io/utf8.h"

#include <fmt/format.h>

namespace lockstep {

namespace {

unsigned byte_at(std::string_view text, std::size_t i) {
  return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
}

/// Overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte.
bool is_second_byte(unsigned first, unsigned second) {
  const unsigned least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  return second >= least && second <= most;
}

/// U+F780 to U+F7FF: bytes EF 9E 80 to EF 9F BF.
bool stands_for_byte(std::string_view text, std::size_t i) {
  return byte_at(text, i) == 0xef && (byte_at(text, i + 1) | 1U) == 0x9f && utf8_length(text, i) == 3;
}

}  // namespace

std::size_t utf8_length(std::string_view text, std::size_t i) {
  const unsigned first = byte_at(text, i);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  if (length > 1 && !is_second_byte(first, byte_at(text, i + 1))) {
    return 0;
  }
  for (std::size_t k = 2; k < length; ++k) {
    if ((byte_at(text, i + k) & 0xc0U) != 0x80U) {
      return 0;
    }
  }
  return length;
}

std::string toml_literal(std::string_view text) {
  std::string literal = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text, i);
    const unsigned byte = byte_at(text, i);
    if (length == 0 || stands_for_byte(text, i)) {
      for (std::size_t k = 0; k < (length == 0 ? 1 : length); ++k) {
        literal += fmt::format("\\uF7{:02X}", byte_at(text, i + k));
      }
    } else if (byte < 0x20 || byte == 0x7f) {
      literal += fmt::format("\\u{:04X}", byte);
    } else {
      literal += byte == '"' || byte == '\\' ? "\\" : "";
      literal += text.substr(i, length);
    }
    i += length == 0 ? 1 : length;
  }
  return literal + '"';
}

std::string with_raw_bytes(std::string_view text) {
  std::string raw;
  for (std::size_t i = 0; i < text.size();) {
    if (stands_for_byte(text, i)) {
      raw += static_cast<char>(((byte_at(text, i + 1) & 0x03U) << 6U) | (byte_at(text, i + 2) & 0x3fU));
      i += 3;
    } else {
      raw += text[i++];
    }
  }
  return raw;
}

}  // namespace lockstep
