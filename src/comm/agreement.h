/// No rank leaves a collective alone: local failures are agreed on before the next collective.
#pragma once

#include "lockstep/comm/communicator.h"

#include <cstdint>
#include <functional>

namespace lockstep {

/// Runs `work` (which must not communicate) on every rank; if any rank throws, every rank throws an Agreed error of
/// the type that has the code, with the text, of the lowest rank that failed. std::bad_alloc becomes
/// ExitCode::out_of_memory. Collective.
void agree(Communicator& comm, const std::function<void()>& work);

/// Runs `work` on rank 0 only; its failure becomes everyone's. Collective.
void on_root(Communicator& comm, const std::function<void()>& work);

/// Throws Agreed<InternalError> (70) naming the odd ranks unless all ranks give the same hash of what they hold.
/// Collective.
void require_same(Communicator& comm, std::uint64_t hash);

}  // namespace lockstep
