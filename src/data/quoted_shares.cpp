#include "data/quoted_shares.h"

#include "comm/agreement.h"
#include "data/quote_scanner.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>

namespace lockstep {

namespace {

constexpr std::int64_t kBlockBytes = std::int64_t{1} << 20;

/// [state before] = state behind
using Transitions = std::array<QuoteState, kQuoteStates>;

/// Hands out the bytes of the run in blocks, none of which is of two files, until `take` returns false.
void for_each_block(const InputFile& file, Run run, const std::function<bool(std::int64_t, std::string_view)>& take) {
  std::string block;
  while (run.begin < run.end) {
    const std::int64_t file_end = file.parts()[file.part_at(run.begin)].bytes.end;
    block.resize(static_cast<std::size_t>(std::min({kBlockBytes, run.end - run.begin, file_end - run.begin})));
    file.read(run.begin, block);
    if (!take(run.begin, block)) {
      return;
    }
    run.begin += std::ssize(block);
  }
}

Transitions transitions_of(const InputFile& file, Run share, const QuoteScanner& scanner) {
  Transitions all{};
  for (std::size_t state = 0; state < kQuoteStates; ++state) {
    all[state] = static_cast<QuoteState>(state);
  }
  for_each_block(file, share, [&](std::int64_t offset, std::string_view block) {
    const bool begins_file = file.parts()[file.part_at(offset)].bytes.begin == offset;
    for (QuoteState& state : all) {
      state = scanner.behind(begins_file ? QuoteState::record_begin : state, block);
    }
    return true;
  });
  return all;
}

/// The first begin of a record in the share, or its end.
std::int64_t first_record(const InputFile& file, Run share, QuoteState state, const QuoteScanner& scanner) {
  std::int64_t found = state == QuoteState::record_begin ? share.begin : share.end;
  if (state != QuoteState::record_begin) {
    for_each_block(file, share, [&](std::int64_t offset, std::string_view block) {
      const bool begins_file = file.parts()[file.part_at(offset)].bytes.begin == offset;
      const std::size_t end = begins_file ? 0 : scanner.record_end(state, block);
      found = end == std::string_view::npos ? found : offset + static_cast<std::int64_t>(end);
      return end == std::string_view::npos;
    });
  }
  return std::min(found, share.end);
}

}  // namespace

TextShare quoted_share(Communicator& comm, const InputFile& file, TextShare share, std::string_view delimiters) {
  const QuoteScanner scanner(delimiters);
  Transitions mine{};
  agree(comm, [&] { mine = transitions_of(file, share.bytes, scanner); });
  const std::vector<Transitions> all = all_gather_value(comm, mine);
  QuoteState state = QuoteState::record_begin;
  for (int rank = 0; rank < comm.rank(); ++rank) {
    state = all[static_cast<std::size_t>(rank)][static_cast<std::size_t>(state)];
  }
  agree(comm, [&] { share.bytes.begin = first_record(file, share.bytes, state, scanner); });
  share.begins_record = true;
  return share;
}

}  // namespace lockstep
