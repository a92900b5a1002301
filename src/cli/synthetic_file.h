/// Files of synthetic rows: made by threads, written in their order.
#pragma once

#include "data/hdf5_row_writer.h"
#include "data/synthetic.h"

#include <string>

namespace lockstep {

/// Bytes about of such a file: HDF5, else LIBSVM text.
double synthetic_bytes(const SyntheticSettings& settings, bool is_hdf5);

/// Writes all rows to `path`, which comes into place whole. `storage.type` is that of the settings. Returns its bytes.
/// Throws SystemError, Interrupted.
std::int64_t write_synthetic(const SyntheticProblem& problem, const std::string& path, bool is_hdf5,
                             const RowStorage& storage);

/// The parameters as a model file, which evaluate and predict take. Not Collective.
void write_truth(const SyntheticProblem& problem, const std::string& path);

}  // namespace lockstep
