/// The settings that a model file was trained with.
#pragma once

#include "lockstep/train/model_file.h"
#include "lockstep/train/settings.h"

#include <string>

namespace lockstep {

/// What shaped the result, from the file's configuration; the rest has its default. Where the data were is not stored.
/// Throws DataError naming `path` where the configuration cannot be understood.
TrainSettings stored_settings(const ModelFile& file, const std::string& path);

/// `read` with the offset and exposure columns that the model was trained with, where it names none itself: a
/// prediction without them would be another model's. Throws as stored_settings.
ReadSettings with_stored_offsets(ReadSettings read, const ModelFile& file, const std::string& path);

}  // namespace lockstep
