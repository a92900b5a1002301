/// What a run folder holds, and whether all of it is sound.
#pragma once

#include "io/file_system.h"

#include <string>

#include <nlohmann/json.hpp>

namespace lockstep {

/// Checkpoints, model and summary. With `verify` also "files": each file of the run that is there with "valid", and
/// "error" where it is not. Sound are checkpoints and a model whose seals hold; a configuration that parses; a summary
/// that parses and has the model's hash; lines of metrics that are those of the newest sound checkpoint's history.
/// Throws SystemError where the folder cannot be listed.
nlohmann::ordered_json describe_run_folder(FileSystem& files, const std::string& path, bool verify);

/// Whether a file of such a report is not valid.
bool has_damage(const nlohmann::ordered_json& report);

}  // namespace lockstep
