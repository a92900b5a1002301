#include "data/text_dealer.h"

#include "comm/agreement.h"

#include <algorithm>
#include <exception>
#include <string>

namespace lockstep {

TextDealer::TextDealer(TextMember& text, Run bytes, std::int64_t skipped, std::vector<std::int64_t>& cuts)
    : text_(text), bytes_(bytes), skipped_(skipped), cuts_(cuts), offset_(bytes.begin - skipped) {
  text_.drop_window();
  while (owner_ + 2 < cuts_.size() && cuts_[owner_ + 1] <= bytes_.begin) {
    ++owner_;
  }
}

/// Where the share of the rank after the owner of the next byte is to begin.
std::int64_t TextDealer::next_cut() const {
  return owner_ + 2 < cuts_.size() ? cuts_[owner_ + 1] : bytes_.end;
}

void TextDealer::send_piece(std::string_view bytes, Communicator& comm) {
  const Piece piece{offset_ - bytes_.begin + skipped_, std::ssize(bytes)};
  if (static_cast<int>(owner_) == comm.rank()) {
    text_.hold(piece.offset, bytes);
  } else {
    comm.send(static_cast<int>(owner_), std::as_bytes(std::span(&piece, 1)));
    comm.send(static_cast<int>(owner_), std::as_bytes(std::span(bytes)));
  }
  offset_ += piece.size;
}

void TextDealer::send(std::string_view block, const QuoteScanner& scanner, Communicator& comm) {
  const std::int64_t left_out = std::clamp<std::int64_t>(bytes_.begin - offset_, 0, std::ssize(block));
  block.remove_prefix(static_cast<std::size_t>(left_out));
  offset_ += left_out;
  while (!block.empty()) {
    const std::int64_t before_cut = next_cut() - offset_;
    std::size_t count = block.size();
    if (next_cut() < bytes_.end && before_cut < std::ssize(block)) {
      if (before_cut <= 0 && state_ == QuoteState::record_begin) {
        cuts_[++owner_] = offset_;
        continue;
      }
      const std::size_t begin = before_cut > 0 ? static_cast<std::size_t>(before_cut) : 0;
      state_ = scanner.behind(state_, block.substr(0, begin));
      const std::size_t end = state_ == QuoteState::record_begin ? 0 : scanner.record_end(state_, block.substr(begin));
      count = end == std::string_view::npos ? block.size() : begin + end;
    } else {
      state_ = scanner.behind(state_, block);
    }
    send_piece(block.substr(0, count), comm);
    block.remove_prefix(count);
  }
}

/// Takes pieces until there are no more; that there is no room for them is told at the end.
void TextDealer::receive(int from, Communicator& comm) {
  std::exception_ptr failure;
  std::string bytes;
  for (Piece piece;;) {
    comm.receive(from, std::as_writable_bytes(std::span(&piece, 1)));
    if (piece.size < 0) {
      break;
    }
    bytes.resize(static_cast<std::size_t>(piece.size));
    comm.receive(from, std::as_writable_bytes(std::span(bytes)));
    try {
      if (!failure) {
        text_.hold(piece.offset, bytes);
      }
    } catch (...) {
      failure = std::current_exception();
    }
  }
  if (failure) {
    std::rethrow_exception(failure);
  }
}

void TextDealer::deal(std::string_view delimiters, int streaming_rank, Communicator& comm) {
  std::exception_ptr failure;
  try {
    if (comm.rank() == streaming_rank) {
      const QuoteScanner scanner(delimiters);
      text_.stream([&](std::string_view block) { send(block, scanner, comm); });
    } else {
      receive(streaming_rank, comm);
    }
  } catch (...) {
    failure = std::current_exception();
  }
  if (comm.rank() == streaming_rank) {
    for (; next_cut() < bytes_.end; ++owner_) {  // the last record reaches over these
      cuts_[owner_ + 1] = bytes_.end;
    }
    for (int rank = 0; rank < comm.size(); ++rank) {
      const Piece end;
      if (rank != streaming_rank) {
        comm.send(rank, std::as_bytes(std::span(&end, 1)));
      }
    }
  }
  agree(comm, [&] {
    if (failure) {
      std::rethrow_exception(failure);
    }
  });
  broadcast_values(comm, std::span(cuts_), streaming_rank);
}

}  // namespace lockstep
