/// Where the records of CSV end: at line ends outside quotes (RFC 4180).
///
/// A field that begins with a quote, blanks before it apart, runs to the closing quote, "" within being one quote; a
/// quote elsewhere is an ordinary character. That takes five states, from which every byte leads to one; so the state
/// behind a run of bytes is a function of that before it, and functions of runs compose.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lockstep {

enum class QuoteState : std::uint8_t {
  record_begin,  ///< behind a line end
  field_begin,   ///< behind a delimiter, or blanks behind one
  plain,         ///< within a field, or behind its closing quote
  quoted,        ///< between quotes
  quote          ///< behind a quote that was between quotes: it closes the field, or is one half of ""
};

inline constexpr std::size_t kQuoteStates = 5;

class QuoteScanner {
 public:
  /// Fields end at any of these. None: no field is quoted, and every line is a record.
  explicit QuoteScanner(std::string_view delimiters);

  bool heeds_quotes() const { return heeds_quotes_; }

  /// The state behind `bytes`.
  QuoteState behind(QuoteState before, std::string_view bytes) const;

  /// The place behind the first line end that ends a record; npos: none does, and `state` is that behind the bytes.
  std::size_t record_end(QuoteState& state, std::string_view bytes) const;

  /// The place of the quote that is still open behind the record; npos: none is.
  std::size_t open_quote(std::string_view record) const;

 private:
  enum Class : std::uint8_t { other, blank, delimiter, line_end, quote_mark };

  QuoteState next(QuoteState state, char byte) const;

  bool heeds_quotes_;
  std::array<Class, 256> class_{};
};

}  // namespace lockstep
