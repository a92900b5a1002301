/// HDF5: /X (rows × features, dense or in compressed sparse rows), /y, and optionally /weight, /offset, /feature_names,
/// /class_names; of a file that convert made also /schema, what the columns of the table were.
#pragma once

#include "data/file_reader.h"
#include "data/formats.h"
#include "data/reader.h"

#include <memory>
#include <string_view>

namespace lockstep {

/// The first bytes of an HDF5 file.
bool is_hdf5_signature(std::string_view head);

/// "a.h5", "a.hdf5", "a.h5ad".
bool is_hdf5_name(std::string_view name);

/// The names of its datasets. Throws what Hdf5Input::open throws.
FileNames hdf5_names(const ReadSettings& settings, const InputFile& file);

/// A reader of the rows (array_reader.h): HDF5 is used serially. label_column, weight_column, offset_column,
/// exposure_column and id_column, where given, name datasets, categorical columns of AnnData, or what of these stands
/// in /obs. Collective. Throws on every rank what Hdf5Input and array_layout() throw.
std::unique_ptr<FileReader> open_hdf5(const ReadSettings& settings, InputFile& file, Communicator& comm);

}  // namespace lockstep
