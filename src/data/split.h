/// Rows set aside for validation.
#pragma once

#include "data/reader.h"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace lockstep {

class Communicator;

/// Which rows of the data are set aside: those where a hash of seed and global row, or of seed and group, as a number
/// in [0, 1) is below `fraction`. Rows of a group stay together.
class RowSplit {
 public:
  /// None.
  RowSplit() = default;
  /// Row by row.
  RowSplit(double fraction, std::uint64_t seed) : fraction_(fraction), seed_(seed) {}
  /// Group by group where rows have any. Collective.
  RowSplit(double fraction, std::uint64_t seed, const RowBlock& rows, Communicator& comm);

  double fraction() const { return fraction_; }
  bool is_by_groups() const { return by_groups_ != nullptr; }
  bool holds_out(std::int64_t global_row) const;
  /// The global row in the data before the split of row `training_row` of the training part.
  std::int64_t row_before_split(std::int64_t training_row) const;

 private:
  double fraction_ = 0;
  std::uint64_t seed_ = 0;
  std::shared_ptr<const std::vector<bool>> by_groups_;  // one a row of all ranks; null: row by row
};

/// Splits the rows into (training, validation), the same on any number of ranks. Both parts keep the order of the rows,
/// are numbered anew from 0, and keep the schema. Every row stays on its rank; training rows move up within the memory
/// they have. Collective. Throws DataError on every rank when a part is empty.
std::pair<RawData, RawData> split_rows(RawData&& raw, const RowSplit& split, Communicator& comm);

}  // namespace lockstep
