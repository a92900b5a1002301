#include "base/blocks.h"

#include "base/lanes.h"

#include <cmath>

namespace lockstep {

double blocked_dot(const double* a, const double* b, Index n, int threads) {
  std::vector<double> sums(static_cast<std::size_t>((n + kBlock - 1) / kBlock));
  for_each_block(n, threads, [&](Index begin, Index end) {
    sums[static_cast<std::size_t>(begin / kBlock)] = lane_dot(a + begin, b + begin, end - begin);
  });
  double total = 0;
  for (const double sum : sums) {
    total += sum;
  }
  return total;
}

double blocked_norm(const Vector& a, int threads) {
  return std::sqrt(blocked_dot(a.data(), a.data(), a.size(), threads));
}

}  // namespace lockstep
