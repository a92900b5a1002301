#include "risk/row_reduction.h"

namespace lockstep {

namespace {

ReductionPlan plan_leaves(const RowPartition& partition, int ranks) {
  std::vector<Run> runs;
  for (int rank = 0; rank < ranks; ++rank) {
    runs.push_back(partition.leaves_of_rank(rank, ranks));
  }
  return {partition.leaves, std::move(runs)};
}

ReductionPlan plan_lanes(const RowPartition& partition, int ranks) {
  if (partition.lanes == 0) {
    return {};
  }
  std::vector<Run> runs;
  for (int rank = 0; rank < ranks; ++rank) {
    runs.push_back(worker_run(rank, ranks, partition.lanes));
  }
  return {partition.lanes, std::move(runs)};
}

}  // namespace

RowReduction::RowReduction(const RowPartition& partition, const Execution& execution)
    : leaves_(partition.leaves_of_rank(execution.rank(), execution.ranks())),
      lanes_(worker_run(execution.rank(), execution.ranks(), partition.lanes)),
      leaf_plan_(plan_leaves(partition, execution.ranks())),
      lane_plan_(plan_lanes(partition, execution.ranks())),
      summer_(execution.threads()),
      reducer_(execution.comm()) {}

const Partial& RowReduction::reduce_leaves(const RidingWords& words, NodeStack& mine) {
  reducer_.all_reduce(leaf_plan_, words, mine, total_);
  return total_;
}

const Partial& RowReduction::reduce_lanes(const RidingWords& words, NodeStack& mine) {
  reducer_.all_reduce(lane_plan_, words, mine, total_);
  return total_;
}

const Partial& RowReduction::over_leaves(const PartialShape& shape, double work, const LeafSummer::AddLeaf& add_leaf) {
  return reduce_leaves({}, summer_.sum(leaves_, shape, work, add_leaf));
}

}  // namespace lockstep
