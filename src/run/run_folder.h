/// The run folder before training, and what every rank must have in common.
#pragma once

#include "io/same_file.h"
#include "lockstep/comm/communicator.h"
#include "run/settings.h"

#include <string>
#include <vector>

namespace lockstep {

/// Finds an unusable run folder before the data are read, and creates nothing. Throws on every rank Error
/// (cannot_create) or SystemError. Collective.
void probe_run_folder(const std::string& folder, Communicator& comm);

/// The files that reading the data takes; `data_option` and `read.labels_option` name them.
std::vector<InputName> inputs_of(const ReadSettings& read, const char* data_option);

/// Throws Error (cannot_create) on every rank where a run in settings.run_folder() would replace one of its inputs or a
/// file that is not the trainer's own, or the results of a run whose checkpoints are gone (without --overwrite). A
/// run's own config.toml may be its --config, its checkpoint its --resume. Nothing is read but these files; --plan
/// writes nothing and is let through. Collective.
void require_own_run_folder(const TrainSettings& settings, Communicator& comm);

}  // namespace lockstep
