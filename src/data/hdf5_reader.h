/// HDF5: /X (rows × features), /y, and optionally /weight, /offset, /feature_names, /class_names.
#pragma once

#include "data/file_reader.h"
#include "data/formats.h"
#include "data/reader.h"
#include "data/text_share.h"

#include <memory>
#include <string_view>

namespace lockstep {

/// The first bytes of an HDF5 file.
bool is_hdf5_signature(std::string_view head);

/// "a.h5", "a.hdf5", "a.h5ad".
bool is_hdf5_name(std::string_view name);

/// The names of its datasets. Throws what Hdf5Input::open throws.
FileNames hdf5_names(const ReadSettings& settings, const InputFile& file);

/// A reader of the rows [r·n/P, (r+1)·n/P), dense or in compressed sparse rows, by itself: HDF5 is used serially. Where
/// /class_names stands, /y holds numbers of these names from 0. label_column, weight_column, offset_column,
/// exposure_column and id_column, where given, name datasets. Collective. Throws on every rank what Hdf5Input and
/// hdf5_layout() throw; reading throws DataError "FILE: /X: row 17, column 3: …" (rows and columns from 1) for the
/// first row that is bad: in its label, weight, offset, exposure, values, in this order.
std::unique_ptr<FileReader> open_hdf5(const ReadSettings& settings, const InputFile& file, Communicator& comm);

}  // namespace lockstep
