/// How the text of a file that one rank streams comes to the ranks that parse it.
#pragma once

#include "comm/summation_tree.h"
#include "data/quote_scanner.h"
#include "data/text_member.h"

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace lockstep {

class Communicator;

class TextDealer {
 public:
  /// `bytes`: where the text stands among those of all files, without the `skipped` first ones. `cuts`: the begins of
  /// the ranks' shares, and the end of the last one; those within the text are moved on to begins of records.
  TextDealer(TextMember& text, Run bytes, std::int64_t skipped, std::vector<std::int64_t>& cuts);

  /// Gives every rank its part for a window. Collective. Throws on every rank what TextMember::stream() throws.
  void deal(std::string_view delimiters, int streaming_rank, Communicator& comm);

 private:
  struct Piece {
    std::int64_t offset = 0;  ///< in the text
    std::int64_t size = -1;   ///< −1: there are no more
  };

  void send(std::string_view block, const QuoteScanner& scanner, Communicator& comm);
  void send_piece(std::string_view bytes, Communicator& comm);
  void receive(int from, Communicator& comm);
  std::int64_t next_cut() const;

  TextMember& text_;
  Run bytes_;
  std::int64_t skipped_;
  std::vector<std::int64_t>& cuts_;

  // While it is streamed:
  std::int64_t offset_;  // among all files, of the next byte
  std::size_t owner_ = 0;
  QuoteState state_ = QuoteState::record_begin;
};

}  // namespace lockstep
