/// HDF5: /X (rows × features), /y, and optionally /weight, /offset, /feature_names, /class_names.
#pragma once

#include "data/reader.h"

namespace lockstep {

/// Reads the rows [r·n/P, (r+1)·n/P) of a dense file, by itself: HDF5 is used serially. Where /class_names
/// stands, /y holds numbers of these names from 0. label_column, weight_column, offset_column, exposure_column and
/// id_column, where given, name datasets. Collective. Throws on every rank what Hdf5Input throws, and DataError "FILE:
/// /X: row 17, column 3: …" (rows and columns from 1) for the first row that is bad: in its label, weight,
/// offset, exposure, values, in this order.
RawData read_hdf5(const ReadSettings& settings, Communicator& comm);

}  // namespace lockstep
