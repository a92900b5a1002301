/// Refuses what cannot fit before it is allocated.
#pragma once

#include "lockstep/base/types.h"
#include "lockstep/data/dataset.h"

#include <cstdint>

namespace lockstep {

/// Bytes that Newton's Hessians take on a rank: one partial sum a level of the summation tree and thread, the total,
/// two evaluations, and the square matrices of the solve. p parameters.
double newton_bytes(Index parameters, const RowPartition& partition, int threads);

/// Throws ConfigurationError when Newton's Hessians alone exceed this machine's memory.
void require_memory_for_newton(Index parameters, const RowPartition& partition, int threads);

}  // namespace lockstep
