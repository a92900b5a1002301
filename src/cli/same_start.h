/// One job is one program doing one thing, on all ranks.
#pragma once

#include "lockstep/comm/communicator.h"
#include "run/settings.h"

#include <string>

namespace lockstep {

/// Throws Agreed<ConfigurationError> (78) naming the first rank that runs another binary than rank 0, byte for byte, or
/// was given another command. Collective.
void require_same_start(const std::string& command, Communicator& comm);

/// Two kinds of processors or two configurations in one training would diverge later, in a way nobody could explain.
/// Environments and files may differ between hosts; threads may too. Throws Agreed<ConfigurationError> naming the rank.
/// Collective.
void require_same_settings(const TrainSettings& settings, Communicator& comm);

}  // namespace lockstep
