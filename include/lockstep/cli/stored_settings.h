/// The settings that a model file was trained with.
#pragma once

#include "lockstep/train/model_file.h"
#include "lockstep/train/settings.h"

#include <string>

namespace lockstep {

/// What shaped the result, from the file's configuration; the rest has its default. Where the data were is not stored.
/// Throws DataError naming `path` where the configuration cannot be understood.
TrainSettings stored_settings(const ModelFile& file, const std::string& path);

/// Data read with the roles of columns that the model was trained with, where `read` names none itself.
struct StoredColumns {
  ReadSettings read;
  std::string label;           ///< the model's label column, where the data have it and it is used; else empty
  std::string missing_weight;  ///< the model's weight column, where the data lack it; else empty
};

/// Offset and exposure always: a prediction without them would be another model's. Columns that the model left out are
/// left out. Where labels are needed, the label column by its name, in a table with a header even if others bear a
/// usual name, and row weights where the data have them. Reads the head of the data. Not Collective. Throws DataError
/// where such a table has no column of the model's label, and as stored_settings.
StoredColumns with_stored_columns(ReadSettings read, const ModelFile& file, const std::string& path);

}  // namespace lockstep
