/// One number for the data a run was trained on.
#pragma once

#include "data/reader.h"

#include <cstdint>

namespace lockstep {

class Communicator;

/// Σ mod 2^64 over rows of hash(global row, label, weight, offset, nonzero values with their columns),
/// combined with the shape and the class names. Of parsed values, not of bytes: equal for CSV, LIBSVM and
/// HDF5 versions of the same values, dense or sparse, and for any number of ranks; names of features do not
/// count. −0 counts as 0. Collective.
std::uint64_t data_fingerprint(const RawData& data, Communicator& comm);

/// The same of rows that are seen block by block: `mine` is the sum of hash_of_rows() of this rank's. Collective.
std::uint64_t data_fingerprint(const RawData& data, std::uint64_t mine, Communicator& comm);

/// Σ mod 2^64 over these rows, without shape and names.
std::uint64_t hash_of_rows(const RowBlock& block);

}  // namespace lockstep
