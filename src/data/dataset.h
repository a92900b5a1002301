/// A rank's share of the data, laid out for training: whole leaves of the summation tree. Labels and the like are in
/// memory; features are, too, or are read from their file in every pass.
#pragma once

#include "data/column_entries.h"
#include "data/leaf_source.h"
#include "data/reader.h"
#include "data/row_survey.h"
#include "data/streamed_rows.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

class Communicator;

struct Dataset final : LeafSource, RowFacts {
  Layout layout = Layout::dense_columns;
  Panels panels;                             ///< of the local leaves
  std::unique_ptr<FeatureMatrix> x;          ///< null where features are streamed
  std::unique_ptr<StreamedRows> stream;      ///< null where they are resident
  std::unique_ptr<ColumnEntries> by_column;  ///< the same features; null where no sums are taken by columns
  std::vector<double> label;                 ///< local rows; class numbers where labels are classes
  std::vector<double> weight;  ///< local rows, or empty: all 1; times a power of two where they are very large or small
  std::vector<double> offset;  ///< local rows, or empty: all 0

  std::uint64_t fingerprint = 0;  ///< of the parsed values; the same for any file format and rank count
  std::vector<std::string> id;
  std::vector<std::string> notices;  ///< of the reader

  const RowFacts& facts() const override { return *this; }
  void read_ahead(Run units) const override;
  /// The panels of a leaf.
  RowSet read(std::int64_t leaf, RowBuffer& buffer) const override;
  RowSet read_without_features(std::int64_t leaf, RowBuffer& buffer) const override;
  const ColumnEntries* columns() const override { return by_column.get(); }
  /// Keeps the features by column as well where sums of `parameters` numbers over sparse, resident rows are then
  /// cheaper.
  void add_columns(std::int64_t parameters);
  /// X_ij ← X_ij · factor_j for all local rows.
  void scale_columns(std::vector<double> factor, int threads);
  /// X_ij ← (X_ij − by_j) · factor_j; false, and nothing done, where zeros are not stored.
  bool standardize_columns(const std::vector<double>& by, const std::vector<double>& factor, int threads);
  std::unique_ptr<BatchSource> batches(const BatchSettings& settings) const override;

  /// The panels of one of this rank's leaves (its global number).
  std::span<const Rows> panels_of_leaf(std::int64_t leaf) const {
    const auto local = static_cast<std::size_t>(leaf - leaves.begin);
    const auto begin = static_cast<std::size_t>(panels.first_of_leaf[local]);
    const auto end = static_cast<std::size_t>(panels.first_of_leaf[local + 1]);
    return std::span(panels.panels).subspan(begin, end - begin);
  }

  /// Some of the rows; the pieces outlive the result.
  RowSet rows_of_pieces(std::span<const Rows> pieces) const {
    return {x.get(), label, weight, offset, pieces, first_row};
  }
};

struct LayoutSettings {
  Access access = Access::full_batch;
  std::int64_t parameters = 0;  ///< of the model, for the leaf count; 0: features + 1
  std::int64_t lanes = 0;       ///< L asked for, capped at V and rounded down to a power of two; 0: full-batch run
  int threads = 1;              ///< for laying out only
  bool is_streamed = false;     ///< RawData::features stay in their file
};

/// Chooses leaves and layout, and lays each rank's leaves out: rows in memory are sent to the ranks that own them,
/// features that stand in a file are read where they belong. Collective. Throws what a rank fails with, on every rank.
Dataset make_dataset(RawData&& raw, const RowSurvey& survey, const LayoutSettings& settings, Communicator& comm);
/// The same with the survey.
Dataset make_dataset(RawData&& raw, const LayoutSettings& settings, Communicator& comm);

/// Sends the blocks' rows (consecutive in rank order) to the ranks that own them by `runs` (rows). Collective.
RowBlock redistribute(RowBlock&& block, const std::vector<Run>& runs, Communicator& comm);

}  // namespace lockstep
