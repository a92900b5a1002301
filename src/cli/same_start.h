/// One job is one program doing one thing.
#pragma once

#include "lockstep/comm/communicator.h"

#include <string>

namespace lockstep {

/// Throws Agreed<ConfigurationError> (78) naming the first rank that runs another binary than rank 0, byte for byte, or
/// was given another command. Collective.
void require_same_start(const std::string& command, Communicator& comm);

}  // namespace lockstep
