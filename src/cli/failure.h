/// The end of a run by an exception: its message, once, and its exit code.
#pragma once

#include "cli/terminal.h"
#include "lockstep/comm/communicator.h"

namespace lockstep {

/// To be called while an exception is handled. One that every rank has (AgreedError, and any with one rank) is printed
/// by the rank that speaks. Any other is this rank's alone, and others may wait for it in a collective: it is printed
/// with the rank's number and ends them all. Returns the exit code. Not Collective.
int fail(bool speaks, Communicator& comm, Terminal& terminal);

/// The same before there is a communicator; `rank` of several is the launcher's, which ends the others.
int fail_to_start(bool is_parallel, int rank);

}  // namespace lockstep
