#include "comm/tree_reducer.h"

#include "base/test_failure.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <utility>

namespace lockstep {

namespace {

constexpr std::size_t kWordBytes = sizeof(RidingWords);
/// Up to this size a buffer goes whole: fewer messages beat fewer bytes.
constexpr std::size_t kSmallBytes = 16 * 1024;

/// Begin of part `i` of `parts` of `bytes`, on a cache line.
std::size_t line_cut(std::size_t i, std::size_t parts, std::size_t bytes) {
  const std::size_t lines = bytes / kAlignment;
  return lines * i / parts * kAlignment;
}

void combine_words(std::span<std::uint64_t> into, const std::byte* words) {
  RidingWords other;
  std::memcpy(other.data(), words, kWordBytes);
  for (std::size_t i = 0; i < kRidingWords; ++i) {
    into[i] = std::max(into[i], other[i]);
  }
}

/// Takes the next node of a piece, left to right, and merges in place as far as siblings are there.
void merge_node(const PartialShape& shape, std::vector<std::pair<TreeNode, std::byte*>>& pending, const TreeNode& node,
                std::byte* bytes, std::size_t begin, std::size_t length) {
  pending.emplace_back(node, bytes);
  while (pending.size() >= 2 && are_siblings(pending[pending.size() - 2].first, pending.back().first)) {
    auto& left = pending[pending.size() - 2];
    Partial::combine(shape, left.second, pending.back().second, begin, length);
    left.first = parent(left.first);
    pending.pop_back();
  }
}

}  // namespace

ReductionPlan::ReductionPlan(std::int64_t units, std::vector<Run> runs) {
  assert(std::has_single_bit(static_cast<std::uint64_t>(units)));
  assert(!runs.empty() && runs.front().begin == 0 && runs.back().end == units);
  static_cast<void>(units);
  nodes_.reserve(runs.size());
  is_butterfly_ = std::has_single_bit(runs.size());
  for (const Run& run : runs) {
    nodes_.push_back(aligned_nodes(run));
    total_nodes_ += nodes_.back().size();
    is_butterfly_ = is_butterfly_ && nodes_.back().size() == 1 && run.size() == runs.front().size();
  }
}

void TreeReducer::all_reduce(const ReductionPlan& plan, const RidingWords& words, NodeStack& mine, Partial& total) {
  assert(plan.ranks() == comm_.size() && mine.size() == plan.nodes(comm_.rank()).size());
  ++reductions_;
  test_failure(TestPhase::reduction);
  if (plan.is_butterfly()) {
    std::swap(total, mine.partial(0));
    std::ranges::copy(words, total.words().begin());
    const std::span<std::byte> all = total.bytes();
    for (std::size_t begin = 0; begin < all.size() && comm_.size() > 1; begin += kPieceBytes) {
      const std::span<std::byte> piece = all.subspan(begin, std::min(kPieceBytes, all.size() - begin));
      if (piece.size() <= kSmallBytes) {
        butterfly_doubling(total, piece, begin);
      } else {
        butterfly_halving(total, piece, begin);
      }
    }
    return;
  }
  total.reshape(mine.shape());
  const std::size_t end = total.bytes().size();
  gather_nodes(plan, words, mine, total);  // of large sums only the words
  if (end > kSmallBytes) {
    for (std::size_t begin = kWordBytes; begin < end; begin += kPieceBytes) {
      scatter_segments(plan, mine, total, begin, std::min(begin + kPieceBytes, end));
    }
  }
}

/// log2(P) exchanges of the whole piece with the sibling node's rank.
void TreeReducer::butterfly_doubling(Partial& total, std::span<std::byte> range, std::size_t begin) {
  incoming_.resize(std::max(incoming_.size(), range.size()));
  const std::span<std::byte> received(incoming_.data(), range.size());
  for (int bit = 1; bit < comm_.size(); bit *= 2) {
    comm_.exchange(comm_.rank() ^ bit, range, received);
    total.add_range(received, begin);
  }
}

/// Halving: after step k each rank holds its 2^-k of the sum over 2^k siblings. Doubling collects the parts again.
void TreeReducer::butterfly_halving(Partial& total, std::span<std::byte> range, std::size_t begin) {
  incoming_.resize(std::max(incoming_.size(), range.size() / 2 + kAlignment));
  struct Step {
    std::size_t low, middle, high;
  };
  std::vector<Step> steps;
  std::size_t low = 0;
  std::size_t high = range.size();
  for (int bit = 1; bit < comm_.size(); bit *= 2) {
    const std::size_t middle = low + line_cut(1, 2, high - low);
    steps.push_back({low, middle, high});
    const bool keeps_low = (comm_.rank() & bit) == 0;
    const std::span<std::byte> away =
        keeps_low ? range.subspan(middle, high - middle) : range.subspan(low, middle - low);
    (keeps_low ? high : low) = middle;
    const std::span<std::byte> received(incoming_.data(), high - low);
    comm_.exchange(comm_.rank() ^ bit, away, received);
    total.add_range(received, begin + low);
  }
  for (int bit = comm_.size() / 2; bit > 0; bit /= 2) {
    const Step step = steps.back();
    steps.pop_back();
    const std::span<std::byte> lower = range.subspan(step.low, step.middle - step.low);
    const std::span<std::byte> upper = range.subspan(step.middle, step.high - step.middle);
    const bool has_low = (comm_.rank() & bit) == 0;
    comm_.exchange(comm_.rank() ^ bit, has_low ? lower : upper, has_low ? upper : lower);
  }
}

/// Every rank's words and, when they are small, its nodes, to everybody: each rank finishes the whole tree.
void TreeReducer::gather_nodes(const ReductionPlan& plan, const RidingWords& words, const NodeStack& mine,
                               Partial& total) {
  const std::size_t sum_bytes = total.bytes().size() <= kSmallBytes ? total.bytes().size() - kWordBytes : 0;
  const auto message_bytes = [&](int rank) { return kWordBytes + plan.nodes(rank).size() * sum_bytes; };
  std::vector<std::int64_t> counts;
  std::size_t all_bytes = 0;
  for (int rank = 0; rank < plan.ranks(); ++rank) {
    counts.push_back(static_cast<std::int64_t>(message_bytes(rank)));
    all_bytes += message_bytes(rank);
  }
  outgoing_.resize(std::max(outgoing_.size(), message_bytes(comm_.rank())));
  incoming_.resize(std::max(incoming_.size(), all_bytes));
  std::memcpy(outgoing_.data(), words.data(), kWordBytes);
  for (std::size_t i = 0; i < mine.size() && sum_bytes > 0; ++i) {
    std::memcpy(outgoing_.data() + kWordBytes + i * sum_bytes, mine.partial(i).bytes().data() + kWordBytes, sum_bytes);
  }
  comm_.all_gather(std::span(outgoing_.data(), message_bytes(comm_.rank())), counts,
                   std::span(incoming_.data(), all_bytes));

  std::ranges::fill(total.words(), 0);
  std::vector<std::pair<TreeNode, std::byte*>> pending;
  std::byte* message = incoming_.data();
  for (int rank = 0; rank < plan.ranks(); ++rank) {
    combine_words(total.words(), message);
    message += kWordBytes;
    for (const TreeNode& node : plan.nodes(rank)) {
      if (sum_bytes > 0) {
        merge_node(total.shape(), pending, node, message, kWordBytes, sum_bytes);
        message += sum_bytes;
      }
    }
  }
  if (sum_bytes > 0) {
    std::memcpy(total.bytes().data() + kWordBytes, pending.front().second, sum_bytes);
  }
}

/// Reduce-scatter made of an all-to-all and local additions, then an all-gather of the finished segments.
void TreeReducer::scatter_segments(const ReductionPlan& plan, const NodeStack& mine, Partial& total, std::size_t begin,
                                   std::size_t end) {
  const auto ranks = static_cast<std::size_t>(plan.ranks());
  const auto self = static_cast<std::size_t>(comm_.rank());
  const auto cut = [&](std::size_t rank) { return line_cut(rank, ranks, end - begin); };
  const auto segment = [&](std::size_t rank) { return cut(rank + 1) - cut(rank); };
  std::vector<std::int64_t> send_counts;
  std::vector<std::int64_t> receive_counts;
  std::vector<std::int64_t> segment_counts;
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    send_counts.push_back(static_cast<std::int64_t>(mine.size() * segment(rank)));
    receive_counts.push_back(static_cast<std::int64_t>(plan.nodes(static_cast<int>(rank)).size() * segment(self)));
    segment_counts.push_back(static_cast<std::int64_t>(segment(rank)));
  }
  const std::size_t send_bytes = mine.size() * (end - begin);
  const std::size_t receive_bytes = plan.total_nodes() * segment(self);
  outgoing_.resize(std::max(outgoing_.size(), send_bytes));
  incoming_.resize(std::max(incoming_.size(), receive_bytes));
  std::byte* to = outgoing_.data();
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    for (std::size_t i = 0; i < mine.size(); ++i) {
      std::memcpy(to, mine.partial(i).bytes().data() + begin + cut(rank), segment(rank));
      to += segment(rank);
    }
  }
  comm_.all_to_all(std::span(outgoing_.data(), send_bytes), send_counts, std::span(incoming_.data(), receive_bytes),
                   receive_counts);

  std::vector<std::pair<TreeNode, std::byte*>> pending;
  std::byte* from = incoming_.data();
  for (int rank = 0; rank < plan.ranks(); ++rank) {
    for (const TreeNode& node : plan.nodes(rank)) {
      merge_node(total.shape(), pending, node, from, begin + cut(self), segment(self));
      from += segment(self);
    }
  }
  comm_.all_gather(std::span(incoming_.data(), segment(self)), segment_counts,
                   total.bytes().subspan(begin, end - begin));
}

}  // namespace lockstep
