/// The sink of rows that go on, a few at a time.
#pragma once

#include "data/label_map.h"
#include "data/label_stream.h"
#include "data/resident_rows.h"

#include <functional>
#include <string>
#include <vector>

namespace lockstep {

/// Understands columns as ResidentRows does, and holds some thousand rows. For one rank that reads all rows.
class RowStream final : public RowSink {
 public:
  /// Takes values as they have come, those of each column in the order of the rows: one may run ahead of the others,
  /// and the last row of dense features be cut. row_start counts from the first of these entries. What it holds is
  /// cleared by the caller, but for its capacity.
  using Drain = std::function<void(const RowBlock&)>;

  /// `settings` outlive it; kind real: labels as the file has them (LabelStream). `storage` float32: a value beyond its
  /// range is a ContentError.
  RowStream(const FileOutline& outline, const ReadSettings& settings, Scalar storage, Drain drain,
            LabelStream::Recode recode);

  void reserve(Index, Index) override {}
  void number(Index column, double value) override;
  void text(Index column, std::string_view value) override;
  void features(std::span<const double> values) override;
  void entries(std::span<const std::int32_t> feature, std::span<const double> value) override;
  void end_row() override;

  std::int64_t rows() const { return rows_; }

  /// Passes on what it holds.
  void drain();
  /// Drains the rest. Returns the names of the classes; empty: labels are numbers. Throws and notes what
  /// LabelStream::finish() does.
  std::vector<std::string> finish(const LabelPlace& place, std::vector<std::string>& notices);

 private:
  bool is_label(Index column) const;
  void check_range(std::span<const double> values) const;

  std::vector<Column> columns_;
  bool is_single_;
  LabelMap label_map_;
  LabelStream labels_;
  RowBlock block_;
  ResidentRows rows_in_memory_;
  Drain drain_;
  std::int64_t rows_ = 0;
};

}  // namespace lockstep
