/// The inner loop of the update rules.
///
/// Products and sums are written as std::fma where they can be, so that vectorised and remaining entries round alike.
#pragma once

#include "lockstep/base/types.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace lockstep {

/// Calls move(i), which moves entry i and returns a magnitude, for begin ≤ i < end; returns the largest one. Magnitudes
/// are compared as integers, whose order is the same and whose maximum the compiler vectorises.
template <typename Move>
double move_entries(Index begin, Index end, const Move& move) {
  std::int64_t most = 0;
#pragma GCC ivdep
  for (Index i = begin; i < end; ++i) {
    most = std::max(most, std::bit_cast<std::int64_t>(move(i)));
  }
  return std::bit_cast<double>(most);
}

inline double larger_magnitude(double a, double b) {
  const double x = std::abs(a);
  const double y = std::abs(b);
  return x > y ? x : y;
}

}  // namespace lockstep
