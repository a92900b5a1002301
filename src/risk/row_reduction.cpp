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

RowReduction::RowReduction(const Dataset& data, int threads, Communicator& comm)
    : leaves_(data.leaves),
      lanes_(worker_run(comm.rank(), comm.size(), data.partition.lanes)),
      leaf_plan_(plan_leaves(data.partition, comm.size())),
      lane_plan_(plan_lanes(data.partition, comm.size())),
      summer_(threads),
      reducer_(comm) {}

const Partial& RowReduction::over_leaves(const PartialShape& shape, const RidingWords& words, double work,
                                         const LeafSummer::AddLeaf& add_leaf) {
  reducer_.all_reduce(leaf_plan_, words, summer_.sum(leaves_, shape, work, add_leaf), total_);
  return total_;
}

const Partial& RowReduction::over_lanes(const PartialShape& shape, const RidingWords& words, double work,
                                        const LeafSummer::AddLeaf& add_lane) {
  reducer_.all_reduce(lane_plan_, words, summer_.sum(lanes_, shape, work, add_lane), total_);
  return total_;
}

}  // namespace lockstep
