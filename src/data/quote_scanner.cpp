#include "data/quote_scanner.h"

#include <cstring>

namespace lockstep {

namespace {

using enum QuoteState;

/// [state][class of the byte]: other, blank, delimiter, line end, quote.
constexpr std::array<std::array<QuoteState, 5>, kQuoteStates> kNext = {{
    {plain, field_begin, field_begin, record_begin, quoted},  // record_begin
    {plain, field_begin, field_begin, record_begin, quoted},  // field_begin
    {plain, plain, field_begin, record_begin, plain},         // plain
    {quoted, quoted, quoted, quoted, quote},                  // quoted
    {plain, plain, field_begin, record_begin, quoted},        // quote
}};

std::size_t index_of(char byte) {
  return static_cast<unsigned char>(byte);
}

}  // namespace

QuoteScanner::QuoteScanner(std::string_view delimiters) : heeds_quotes_(!delimiters.empty()) {
  class_[index_of(' ')] = blank;
  class_[index_of('\t')] = blank;
  class_[index_of('\n')] = line_end;
  class_[index_of('"')] = heeds_quotes_ ? quote_mark : other;
  for (const char byte : delimiters) {
    class_[index_of(byte)] = delimiter;
  }
}

QuoteState QuoteScanner::next(QuoteState state, char byte) const {
  return kNext[static_cast<std::size_t>(state)][class_[index_of(byte)]];
}

QuoteState QuoteScanner::behind(QuoteState state, std::string_view bytes) const {
  if (state != quoted && (!heeds_quotes_ || bytes.find('"') == std::string_view::npos)) {
    if (const std::size_t last = bytes.rfind('\n'); last != std::string_view::npos) {
      state = record_begin;
      bytes.remove_prefix(last + 1);
    }
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (state == quoted) {
      i = bytes.find('"', i);
      if (i == std::string_view::npos) {
        return quoted;
      }
    }
    state = next(state, bytes[i]);
  }
  return state;
}

std::size_t QuoteScanner::record_end(QuoteState& state, std::string_view bytes) const {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    state = next(state, bytes[i]);
    if (state == record_begin) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

std::size_t QuoteScanner::open_quote(std::string_view record) const {
  std::size_t open = std::string_view::npos;
  QuoteState state = record_begin;
  for (std::size_t i = 0; i < record.size(); ++i) {
    const bool is_outside = state == record_begin || state == field_begin;
    state = next(state, record[i]);
    open = is_outside && state == quoted ? i : open;
  }
  return state == quoted ? open : std::string_view::npos;
}

}  // namespace lockstep
