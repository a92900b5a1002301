#include "base/exact_sum.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

double sum_of(const std::vector<double>& terms) {
  ExactSum sum;
  for (const double term : terms) {
    sum.add(term);
  }
  return sum.value();
}

TEST(ExactSum, LosesNoTerm) {
  EXPECT_EQ(sum_of({}), 0);
  EXPECT_EQ(sum_of({1e308, 1, -1e308}), 1);
  EXPECT_EQ(sum_of({1e16, 1, 1}), 10000000000000002.0);
  EXPECT_EQ(sum_of({-1e16, -1, -1}), -10000000000000002.0);
  EXPECT_EQ(sum_of({1, 1e-320, -1}), 1e-320);
  EXPECT_EQ(sum_of({std::numeric_limits<double>::denorm_min(), -0.0}), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(sum_of({-3.5}), -3.5);
  const double large = std::numeric_limits<double>::max();
  EXPECT_EQ(sum_of({large, large, -large}), large);
  EXPECT_TRUE(std::isinf(sum_of({large, large})));
}

TEST(ExactSum, RoundsOnceToTheNearest) {
  const double ulp = std::ldexp(1, -52);
  EXPECT_EQ(sum_of({1, ulp / 2}), 1);                             // a tie goes to the even one
  EXPECT_EQ(sum_of({1, ulp / 2, std::ldexp(1, -900)}), 1 + ulp);  // just above it does not
  EXPECT_EQ(sum_of({1 + ulp, ulp / 2}), 1 + 2 * ulp);
  EXPECT_EQ(sum_of({-1, -ulp / 2, -std::ldexp(1, -1074)}), -1 - ulp);
}

TEST(ExactSum, IsTheSameInAnyOrderAndInParts) {
  std::vector<double> terms;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const std::uint64_t word = i * 0x9E3779B97F4A7C15U;
    terms.push_back(std::ldexp(static_cast<double>(word >> 11) - 0x1p52, static_cast<int>(i % 600) - 300));
  }
  const double expected = sum_of(terms);
  ExactSum all;
  for (std::size_t begin = 0; begin < terms.size(); begin += 1250) {
    ExactSum part;
    for (std::size_t i = begin; i < begin + 1250; ++i) {
      part.add(terms[terms.size() - 1 - i]);
    }
    all.add(part);
  }
  EXPECT_EQ(all.value(), expected);
  std::ranges::reverse(terms);
  EXPECT_EQ(sum_of(terms), expected);
  EXPECT_NEAR(expected, 0, std::ldexp(1, 360));
}

}  // namespace
}  // namespace lockstep
