/// A rank's share of the data, laid out for training: whole leaves of the summation tree.
#pragma once

#include "comm/summation_tree.h"
#include "data/feature_matrix.h"
#include "data/reader.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

class Communicator;

/// How rows are cut: V leaves, grouped into L lanes in mini-batch runs. A pure function of the data and the settings.
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

struct Dataset {
  RowPartition partition;
  Run leaves;                  ///< this rank's leaves
  std::int64_t first_row = 0;  ///< global number of local row 0
  Index rows = 0;              ///< local rows
  Index features = 0;          ///< d
  Layout layout = Layout::dense_columns;
  Panels panels;  ///< of the local leaves
  std::unique_ptr<FeatureMatrix> x;
  std::vector<double> label;   ///< local rows; class numbers where labels are classes
  std::vector<double> weight;  ///< local rows, or empty: all 1; times a power of two where they are very large or small
  std::vector<double> offset;  ///< local rows, or empty: all 0

  bool has_offset = false;          ///< some rank has offsets
  std::int64_t stored_entries = 0;  ///< nonzeros over all ranks
  std::uint64_t fingerprint = 0;    ///< of the parsed values; the same for any file format and rank count
  Schema schema;
  std::vector<std::string> id;
  std::vector<double> column_scale;  ///< x holds X_ij · column_scale_j, powers of two; empty: all 1
  std::vector<std::string> notices;  ///< of the reader

  /// The panels of one of this rank's leaves (its global number).
  std::span<const Rows> panels_of_leaf(std::int64_t leaf) const {
    const auto local = static_cast<std::size_t>(leaf - leaves.begin);
    const auto begin = static_cast<std::size_t>(panels.first_of_leaf[local]);
    const auto end = static_cast<std::size_t>(panels.first_of_leaf[local + 1]);
    return std::span(panels.panels).subspan(begin, end - begin);
  }
};

struct LayoutSettings {
  Access access = Access::full_batch;
  std::int64_t parameters = 0;  ///< of the model, for the leaf count; 0: features + 1
  std::int64_t lanes = 0;       ///< L asked for, capped at V and rounded down to a power of two; 0: full-batch run
  int threads = 1;              ///< for laying out only
};

/// Chooses leaves and layout, sends rows to the ranks that own their leaves, and lays them out. Collective.
/// Throws what a rank fails with, on every rank.
Dataset make_dataset(RawData&& raw, const LayoutSettings& settings, Communicator& comm);

/// Sends the blocks' rows (consecutive in rank order) to the ranks that own them by `runs` (rows). Collective.
RowBlock redistribute(RowBlock&& block, const std::vector<Run>& runs, Communicator& comm);

}  // namespace lockstep
