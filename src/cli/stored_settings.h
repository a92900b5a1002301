/// The settings that a model file was trained with.
#pragma once

#include "run/columns_by_position.h"
#include "run/model_file.h"
#include "run/settings.h"

#include <string>
#include <vector>

namespace lockstep {

/// What shaped the result, from the file's configuration; the rest has its default. Where the data were is not stored.
/// Throws DataError naming `path` where the configuration cannot be understood.
TrainSettings stored_settings(const ModelFile& file, const std::string& path);

/// Offset and exposure always: a prediction without them would be another model's. Columns that the model left out are
/// left out. Where labels are needed, the label column by its name, in a table with a header even if others bear a
/// usual name, and row weights where the data have them. A table without a header: columns_by_position(). Reads the
/// head of the data. Not Collective. Throws DataError where a table with a header has no column of the model's label,
/// and as stored_settings and columns_by_position.
StoredColumns with_stored_columns(ReadSettings read, const ModelFile& file, const std::string& path);

/// One line for each thing that the user should know of `columns`: how they were matched, weights that are missing.
std::vector<std::string> notices_of(const StoredColumns& columns);

}  // namespace lockstep
