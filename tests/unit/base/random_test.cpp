#include "base/random.h"

#include <cmath>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

TEST(RandomStream, DrawsNormalsWithTheirFirstFourMoments) {
  RandomStream random(7, 1, 2);
  constexpr int kDraws = 200000;
  double sum[5] = {};
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.normal();
    ASSERT_TRUE(std::isfinite(x));
    for (int power = 1; power <= 4; ++power) {
      sum[power] += std::pow(x, power) / kDraws;
    }
  }
  // Five standard errors: √(E x^2k − (E x^k)²) / √n for each moment.
  EXPECT_NEAR(sum[1], 0, 5 * std::sqrt(1.0 / kDraws));
  EXPECT_NEAR(sum[2], 1, 5 * std::sqrt(2.0 / kDraws));
  EXPECT_NEAR(sum[3], 0, 5 * std::sqrt(15.0 / kDraws));
  EXPECT_NEAR(sum[4], 3, 5 * std::sqrt(96.0 / kDraws));
}

TEST(RandomStream, IsAFunctionOfItsKey) {
  EXPECT_EQ(RandomStream(7, 1, 2).normal(), RandomStream(7, 1, 2).normal());
  EXPECT_NE(RandomStream(7, 1, 2).normal(), RandomStream(7, 1, 3).normal());
  EXPECT_NE(RandomStream(7, 1, 2).normal(), RandomStream(8, 1, 2).normal());
}

}  // namespace
}  // namespace lockstep
