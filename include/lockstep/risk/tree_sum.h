/// Sums of one's own in the order of the summation tree: the same bits on any ranks and threads.
#pragma once

#include "lockstep/base/types.h"
#include "lockstep/comm/execution.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

namespace lockstep {

class RowReduction;

/// Σ over terms 0 … n − 1, each so many numbers. The terms are cut into leaves, a rank having a run of them; within a
/// leaf terms are added in ascending order, leaves as the tree has it.
class TreeSum {
 public:
  /// Throws ConfigurationError unless terms ≥ 1.
  TreeSum(std::int64_t terms, const Execution& execution);
  ~TreeSum();
  TreeSum(TreeSum&&) noexcept;

  /// The terms of this rank: no other one asks for them.
  std::int64_t begin() const { return begin_; }
  std::int64_t end() const { return end_; }

  /// Adds the terms [begin, end) of a leaf, in ascending order, to `sums`, which begin at 0. Called by several threads
  /// at once for different leaves: it must not communicate. What it throws leaves add_up() on this rank alone.
  using AddTerms = std::function<void(std::int64_t begin, std::int64_t end, std::span<double> sums)>;

  /// Σ of all terms, on every rank; `length` numbers, the same everywhere. One reduction. Collective.
  Vector add_up(Index length, const AddTerms& add);

 private:
  Execution execution_;
  std::int64_t terms_;
  std::int64_t leaves_;
  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
  std::unique_ptr<RowReduction> reduction_;
};

}  // namespace lockstep
