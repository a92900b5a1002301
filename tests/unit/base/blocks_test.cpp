#include "base/blocks.h"

#include "base/lanes.h"

#include <cmath>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

Vector waves(Index n) {
  Vector a(n);
  for (Index i = 0; i < n; ++i) {
    a[i] = std::sin(static_cast<double>(i));
  }
  return a;
}

TEST(Blocks, CoverEveryElementOnce) {
  for (const Index n : {Index{0}, Index{1}, kBlock, kBlock + 1, kThreadedLength + 5}) {
    for (const int threads : {1, 2, 3}) {
      std::vector<int> seen(static_cast<std::size_t>(n));
      for_each_block(n, threads, [&](Index begin, Index end) {
        EXPECT_EQ(begin % kBlock, 0);
        for (Index i = begin; i < end; ++i) {
          ++seen[static_cast<std::size_t>(i)];
        }
      });
      EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), n);
    }
  }
}

TEST(Blocks, SumInOneOrderOnAnyThreads) {
  for (const Index n : {Index{0}, Index{5}, kBlock, 3 * kBlock + 7, 4 * kThreadedLength + 1}) {
    const Vector a = waves(n);
    const double once = blocked_dot(a.data(), a.data(), n, 1);
    EXPECT_NEAR(once, a.squaredNorm(), 1e-13 * static_cast<double>(n));
    for (const int threads : {2, 3, 8}) {
      EXPECT_EQ(blocked_dot(a.data(), a.data(), n, threads), once);
    }
    EXPECT_EQ(blocked_norm(a, 2), std::sqrt(once));
  }
}

TEST(Blocks, SumAsTheLanesDoWithinABlock) {
  const Vector a = waves(kBlock);
  EXPECT_EQ(blocked_dot(a.data(), a.data(), kBlock, 2), dot(a, a));
}

}  // namespace
}  // namespace lockstep
