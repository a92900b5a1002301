/// The end of a process whose failure the other ranks do not know of.
#pragma once

#include "cli/terminal.h"
#include "lockstep/base/errors.h"
#include "lockstep/comm/communicator.h"

#include <string>

namespace lockstep {

/// Prints the message and returns the exit code; with more than one rank, which may wait for this one in a collective,
/// ends them all with it. Where several ranks fail alike, as for lack of memory, the first one's abort comes before the
/// others' messages. Not Collective.
int fail_alone(ExitCode code, const std::string& message, Communicator& comm, Terminal& terminal);

}  // namespace lockstep
