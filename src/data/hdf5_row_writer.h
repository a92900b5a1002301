/// Rows into an HDF5 file, as hdf5_reader.h reads it.
///
/// | dataset                       | type             | content                                                    |
/// | /X                            | float64, float32 | rows × features; sparse: a group, AnnData's csr_matrix     |
/// | /X/data, /X/indices, /X/indptr | as X, int32, int64 | entries row by row, their columns, rows + 1 places     |
/// | /y, /weight, /offset          | float64          | labels: numbers, or places in /class_names                 |
/// | /id                           | texts            |                                                            |
/// | /feature_names, /class_names  | texts            | where there are any                                        |
#pragma once

#include "data/row_block.h"
#include "data/schema.h"
#include "io/hdf5_output.h"

#include <cstdint>
#include <functional>

namespace lockstep {

/// How features are written.
struct RowStorage {
  Scalar type = Scalar::float64;
  bool compress = false;
  int threads = 1;
};

class Hdf5RowWriter {
 public:
  /// `schema`: which columns there are. Features of a dense file are all known. `output` outlives it.
  Hdf5RowWriter(Hdf5Output& output, const Schema& schema, bool is_dense, const RowStorage& storage);

  /// Values as RowStream::Drain gives them.
  void append(const RowBlock& block);
  /// Gives all labels other values.
  void recode_labels(const std::function<double(double)>& value);

  /// The names, with the schema as it is now, and the shape. Throws InternalError where a column is shorter than
  /// others.
  void finish(const Schema& schema);

 private:
  void append_to(Hdf5Series* series, std::span<const double> values, const char* what);

  Hdf5Output& output_;
  bool is_dense_;
  Hdf5Series* values_ = nullptr;
  Hdf5Series* indices_ = nullptr;
  Hdf5Series* indptr_ = nullptr;
  Hdf5Series* label_ = nullptr;  // null: there is none
  Hdf5Series* weight_ = nullptr;
  Hdf5Series* offset_ = nullptr;
  Hdf5TextSeries* id_ = nullptr;
  std::int64_t rows_ = 0;
  std::int64_t entries_ = 0;
};

/// Bytes that so many rows take, not compressed; `entries`: of all rows, where they are sparse.
double hdf5_row_bytes(const Schema& schema, double rows, double entries, bool is_dense, Scalar type);

}  // namespace lockstep
