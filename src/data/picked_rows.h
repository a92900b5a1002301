/// The features of some rows of a file: a part of a split (split.h), whose rows are numbered anew.
#pragma once

#include "data/feature_rows.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lockstep {

class PickedRows final : public FeatureRows {
 public:
  /// `is_picked` is asked about rows of the file, again and again, by any thread.
  PickedRows(std::shared_ptr<const FeatureRows> all, std::function<bool(std::int64_t row)> is_picked);

  std::int64_t rows() const override { return rows_; }
  Index features() const override { return all_->features(); }
  bool is_dense() const override { return all_->is_dense(); }
  double entries() const override { return all_->entries(); }
  std::string source() const override { return all_->source(); }
  using FeatureRows::read;
  void read(std::span<const Run> runs, RowBlock& block) const override;

 private:
  /// Appends the rows of the file that these are, in runs as long as they come.
  void append_file_rows(Run rows, std::vector<Run>& to) const;

  std::shared_ptr<const FeatureRows> all_;
  std::function<bool(std::int64_t)> is_picked_;
  std::vector<std::int64_t> row_of_;  // of the file, of every kStride-th picked row
  std::int64_t rows_ = 0;
};

}  // namespace lockstep
