/// Rows set aside for validation.
#pragma once

#include "data/reader.h"

#include <cstdint>
#include <utility>

namespace lockstep {

class Communicator;

/// True when a row is set aside: a hash of (seed, global row) as a number in [0, 1) is below `fraction`.
bool is_validation_row(std::int64_t global_row, double fraction, std::uint64_t seed);

/// The global row in the data before the split of row `training_row` of the training part.
std::int64_t row_before_split(std::int64_t training_row, double fraction, std::uint64_t seed);

/// Splits the rows into (training, validation) by is_validation_row, so the same on any number of ranks. Both
/// parts keep the order of the rows, are numbered anew from 0, and keep the schema. Every row stays on its
/// rank; training rows move up within the memory they have. Collective. Throws DataError on every rank when a part
/// is empty.
std::pair<RawData, RawData> split_rows(RawData&& raw, double fraction, std::uint64_t seed, Communicator& comm);

}  // namespace lockstep
