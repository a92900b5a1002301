/// Which arrays of an HDF5 or NumPy file hold what, and which columns become features.
#pragma once

#include "data/reader.h"
#include "data/schema.h"
#include "io/array_file.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep {

struct ArrayLayout {
  std::string x;  ///< absolute names of datasets, or of categorical columns; empty: none
  std::string label;
  std::string weight;
  std::string offset;
  std::string exposure;
  std::string id;
  std::string group;
  std::int64_t rows = 0;
  std::int64_t columns = 0;  ///< of x
  bool is_sparse = false;    ///< x is a group in compressed sparse rows: data, indices, indptr
  /// One a column of x: its feature number, or −1 when it is left out; empty: all columns as they stand.
  std::vector<std::int64_t> feature_of_column;
  std::int64_t features = 0;
  /// The columns of x, or one run of its features where they have no names; label, weight, offset, exposure, id and
  /// group. The label's levels are texts of the labels 0, 1, …; none: labels are what they are.
  Schema schema;
  bool is_named = false;  ///< the columns of x have names
  std::vector<std::string> notices;
};

/// Reads shapes and names, no rows. Throws DataError when a dataset is missing or has another length than the
/// features, and what ArrayFile throws. Not Collective.
ArrayLayout array_layout(const ReadSettings& settings, ArrayFile& input);

}  // namespace lockstep
