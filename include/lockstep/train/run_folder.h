/// The run folder before training, and what every rank must have in common.
#pragma once

#include "lockstep/comm/communicator.h"
#include "lockstep/train/settings.h"

#include <string>

namespace lockstep {

/// Finds an unusable run folder before the data are read, and creates nothing. Throws on every rank Error
/// (cannot_create) or SystemError. Collective.
void probe_run_folder(const std::string& folder, Communicator& comm);

/// Two builds or two configurations under one launch would diverge later, in a way nobody could explain. Environment
/// and files may differ between hosts; threads may too. Throws ConfigurationError naming the rank. Collective.
void require_equal_programs(const TrainSettings& settings, Communicator& comm);

/// Ranks on this rank's host, itself included. Collective.
int ranks_on_this_host(Communicator& comm);

}  // namespace lockstep
