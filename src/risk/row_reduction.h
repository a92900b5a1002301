/// THE reduction: floating-point sums over all rows (leaves) or over the rows of a batch (lanes), threads and ranks
/// alike. Nothing else adds up such numbers over ranks; counts are integers, exact in any order (all_sum).
#pragma once

#include "comm/tree_reducer.h"
#include "data/row_partition.h"
#include "lockstep/comm/execution.h"
#include "model/leaf_summer.h"

namespace lockstep {

class RowReduction {
 public:
  RowReduction(const RowPartition& partition, const Execution& execution);

  /// Σ over all leaves of `mine`, the nodes of this rank's. One reduction. The result is the same on every rank and
  /// valid until the next call. Collective.
  const Partial& reduce_leaves(const RidingWords& words, NodeStack& mine);

  /// The same over lanes, the leaves of a mini-batch step's tree. Collective.
  const Partial& reduce_lanes(const RidingWords& words, NodeStack& mine);

  /// Σ over all leaves; `add_leaf` adds the rows of one of this rank's leaves, which takes about `work` multiply-adds
  /// in all. Collective.
  const Partial& over_leaves(const PartialShape& shape, double work, const LeafSummer::AddLeaf& add_leaf);

  Run own_leaves() const { return leaves_; }
  Run own_lanes() const { return lanes_; }
  std::int64_t reductions() const { return reducer_.reductions(); }

 private:
  Run leaves_;
  Run lanes_;
  ReductionPlan leaf_plan_;
  ReductionPlan lane_plan_;
  LeafSummer summer_;
  TreeReducer reducer_;
  Partial total_;
};

}  // namespace lockstep
