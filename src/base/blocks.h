/// Long vectors in blocks of a fixed size that threads share: elementwise work and sums whose order is that of the
/// blocks, so that no result depends on the number of threads.
#pragma once

#include "lockstep/base/types.h"

#include <algorithm>

namespace lockstep {

/// Elements of a block: 32 KB, so that the arrays of an update stay in the second-level cache.
inline constexpr Index kBlock = 4096;
/// Below so many elements the start of the threads costs more than they save.
inline constexpr Index kThreadedLength = 50'000;

/// Calls work(begin, end) for each block of [0, n). The blocks must not depend on each other; `work` must not throw.
template <typename Work>
void for_each_block(Index n, int threads, const Work& work) {
  const Index blocks = (n + kBlock - 1) / kBlock;
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1 && n > kThreadedLength)
  for (Index block = 0; block < blocks; ++block) {
    work(block * kBlock, std::min(n, (block + 1) * kBlock));
  }
}

/// Σ a_i b_i: lane_dot() of each block, added up in their order. threads ≥ 1.
double blocked_dot(const double* a, const double* b, Index n, int threads);

/// ‖a‖₂ in the same order, without overflow for entries below 1e150. threads ≥ 1.
double blocked_norm(const Vector& a, int threads);

}  // namespace lockstep
