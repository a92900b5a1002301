/// THE reduction over ranks: ranks exchange their few nodes and finish the summation tree in tree order.
///
/// Communication only moves data; every addition is `left + right` of the tree, so the result has the same bits for any
/// number of ranks. Which way the data move depends on the size alone:
///   - a power of two of ranks, each holding one node: recursive doubling (small), recursive halving then doubling
///     (large), as in R. Thakur, R. Rabenseifner, W. Gropp, "Optimization of collective communication operations in
///     MPICH", IJHPCA 19 (2005), §4; the halving partners are siblings of the tree;
///   - any other number: all-gather of the nodes (small), or all-to-all of their segments, local additions, all-gather
///     (large).
#pragma once

#include "comm/node_stack.h"
#include "lockstep/comm/communicator.h"

#include <cstddef>
#include <span>
#include <vector>

namespace lockstep {

/// Who holds which nodes: a pure function of the units (leaves or lanes) and the ranks' runs of them.
class ReductionPlan {
 public:
  ReductionPlan() = default;
  /// `runs` tile [0, units) in rank order; units is a power of two.
  ReductionPlan(std::int64_t units, std::vector<Run> runs);

  int ranks() const { return static_cast<int>(nodes_.size()); }
  const std::vector<TreeNode>& nodes(int rank) const { return nodes_[static_cast<std::size_t>(rank)]; }
  /// Ranks are a power of two and each holds exactly one node, all of one level.
  bool is_butterfly() const { return is_butterfly_; }
  std::size_t total_nodes() const { return total_nodes_; }

 private:
  std::vector<std::vector<TreeNode>> nodes_;
  std::size_t total_nodes_ = 0;
  bool is_butterfly_ = false;
};

/// Large sums are sent and received in pieces of this size, which bounds scratch memory and keeps byte counts within an
/// int.
inline constexpr std::size_t kPieceBytes = std::size_t{64} << 20;

class TreeReducer {
 public:
  explicit TreeReducer(Communicator& comm) : comm_(comm) {}

  /// total = the root of the tree, the same bits on every rank; its words = the maximum of the ranks' `words`.
  /// `mine` holds exactly this rank's nodes of the plan and is used up. Collective.
  void all_reduce(const ReductionPlan& plan, const RidingWords& words, NodeStack& mine, Partial& total);

  /// Reductions done so far (each one logical, however many messages).
  std::int64_t reductions() const { return reductions_; }

 private:
  void butterfly_doubling(Partial& total, std::span<std::byte> range, std::size_t begin);
  void butterfly_halving(Partial& total, std::span<std::byte> range, std::size_t begin);
  void gather_nodes(const ReductionPlan& plan, const RidingWords& words, const NodeStack& mine, Partial& total);
  void scatter_segments(const ReductionPlan& plan, const NodeStack& mine, Partial& total, std::size_t begin,
                        std::size_t end);

  Communicator& comm_;
  AlignedVector<std::byte> outgoing_;
  AlignedVector<std::byte> incoming_;
  std::int64_t reductions_ = 0;
};

}  // namespace lockstep
