/// What a reader returns: a run of consecutive global rows as this rank read them, before they go to their
/// owners.
#pragma once

#include "lockstep/base/types.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace lockstep {

/// Rows either dense or in compressed sparse row form, whichever the file is closer to; every rank uses the
/// same. (How they are held for training follows their density, not the file: see dataset.h.)
struct RowBlock {
  std::int64_t first_row = 0;  ///< global number of the first row
  std::int64_t rows = 0;
  std::int64_t features = 0;  ///< the same on every rank

  bool is_dense = false;
  std::vector<double> dense;            ///< rows × features, row-major, when is_dense
  std::vector<std::int64_t> row_start;  ///< rows + 1 offsets into `column`, when sparse
  std::vector<std::int32_t> column;     ///< ascending within a row
  std::vector<double> value;            ///< never zero

  std::vector<double> label;    ///< rows values (class number where labels are classes); empty: none
  std::vector<double> weight;   ///< rows values; empty: all 1
  std::vector<double> offset;   ///< rows values; empty: all 0
  std::vector<std::string> id;  ///< rows texts; empty: none asked for
  /// Hashes of what the rows of a group have in common; empty: none asked for. What is split by them loses them.
  std::vector<std::uint64_t> group;

  /// Features that are not zero.
  std::int64_t count_entries() const {
    return is_dense ? std::ranges::count_if(dense, [](double x) { return x != 0; }) : std::ssize(value);
  }
};

}  // namespace lockstep
