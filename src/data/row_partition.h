/// How rows are cut: V leaves, grouped into L lanes in mini-batch runs. A pure function of the data and the settings.
#pragma once

#include "comm/summation_tree.h"

#include <cstdint>

namespace lockstep {

struct RowPartition {
  std::int64_t rows = 0;    ///< n
  std::int64_t leaves = 1;  ///< V, a power of two
  std::int64_t lanes = 0;   ///< L, a power of two ≤ V; 0 in full-batch runs

  /// What ranks are cut at: lanes where there are any, else leaves.
  std::int64_t units() const { return lanes > 0 ? lanes : leaves; }
  std::int64_t first_row_of_leaf(std::int64_t leaf) const { return proportional_cut(leaf, leaves, rows); }
  Run leaves_of(Run unit_run) const { return {unit_run.begin * (leaves / units()), unit_run.end * (leaves / units())}; }
  /// The leaves of one rank.
  Run leaves_of_rank(int rank, int ranks) const { return leaves_of(worker_run(rank, ranks, units())); }
  Run rows_of_leaves(Run run) const { return {first_row_of_leaf(run.begin), first_row_of_leaf(run.end)}; }
};

/// Picked rows are numbered in 32 bits. Throws ConfigurationError, where there are lanes, for one that has more rows,
/// or a rank that has, naming what helps.
void require_row_numbers(const RowPartition& partition, int ranks);

}  // namespace lockstep
