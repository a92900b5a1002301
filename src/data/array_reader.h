/// Rows of a file of arrays: HDF5, NumPy's .npz and .npy.
#pragma once

#include "data/array_layout.h"
#include "data/file_reader.h"
#include "data/reader.h"
#include "io/array_file.h"

#include <memory>

namespace lockstep {

/// A reader of the rows [r·n/P, (r+1)·n/P) of what array_layout() found. Where there are /class_names, /y holds numbers
/// of these from 0. Reading throws DataError "FILE: /X: row 17, column 3: …" (rows and columns from 1) for the first
/// row that is bad: in its label, weight, offset, exposure, values, in this order. Not Collective; reading is.
std::unique_ptr<FileReader> read_arrays(const ReadSettings& settings, std::shared_ptr<ArrayFile> input,
                                        ArrayLayout layout);

}  // namespace lockstep
