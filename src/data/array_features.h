/// The features of a file of arrays: a dense dataset, or a group in compressed sparse rows.
#pragma once

#include "data/array_layout.h"
#include "data/feature_rows.h"
#include "io/hdf5_extents.h"

#include <memory>
#include <string>
#include <vector>

namespace lockstep {

/// Reads plain storage by itself, and by the HDF5 library, one thread at a time, what is compressed or otherwise not as
/// numbers are in memory.
class ArrayFeatures final : public FeatureRows {
 public:
  /// Throws what Hdf5Input throws.
  ArrayFeatures(std::shared_ptr<ArrayFile> input, const ArrayLayout& layout);

  std::int64_t rows() const override { return rows_; }
  Index features() const override { return features_; }
  bool is_dense() const override { return !is_sparse_; }
  double entries() const override;
  std::string source() const override { return input_->file_of(values_.name); }
  using FeatureRows::read;
  void read(std::span<const Run> runs, RowBlock& block) const override;

  /// Bytes that reading holds beside the rows, at most.
  std::int64_t cache_bytes() const;

 private:
  /// One dataset, whichever way it is read.
  struct Numbers {
    std::string name;
    std::shared_ptr<const Hdf5Extents> extents;  // null: by the library
  };

  template <typename Value>
  void read(const Numbers& numbers, Run rows, std::span<Value> out) const;
  void read_dense(Run rows, std::span<double> out) const;
  void append_sparse(Run rows, RowBlock& block) const;
  void append_row(std::int64_t row, std::span<const std::int64_t> column, std::span<const double> value,
                  RowBlock& block) const;
  std::vector<std::int64_t> row_starts(Run rows) const;
  /// The feature of a column of the file, −1 where it is left out.
  std::int64_t feature_of(std::int64_t column) const {
    return feature_of_column_.empty() ? column : feature_of_column_[static_cast<std::size_t>(column)];
  }
  [[noreturn]] void refuse(const std::string& object, std::int64_t row, std::int64_t column,
                           const std::string& what) const;

  std::shared_ptr<ArrayFile> input_;
  std::int64_t rows_;
  std::int64_t columns_;
  std::int64_t features_;
  std::int64_t stored_ = 0;                      // numbers of a sparse matrix
  std::vector<std::int64_t> feature_of_column_;  // empty: all columns as they are
  bool is_sparse_;
  Numbers values_;   // X, or X/data
  Numbers indices_;  // X/indices
  Numbers starts_;   // X/indptr
};

}  // namespace lockstep
