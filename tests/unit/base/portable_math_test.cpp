#include "base/portable_math.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

TEST(PortableMath, IsThatOfTheLibraryToAFewUnitsInTheLastPlace) {
  for (double x = 1e-300; x < 1e300; x *= 1.37) {
    EXPECT_NEAR(portable::log(x), std::log(x), 4e-16 * std::abs(std::log(x)));
  }
  for (double x = -699; x < 699; x += 0.37) {
    EXPECT_NEAR(portable::exp(x) / std::exp(x), 1, 1e-15) << x;
    EXPECT_NEAR(portable::tanh(x / 100), std::tanh(x / 100), 4e-16);
  }
  for (double t = -0.5; t <= 0.5; t += 1.0 / 1024) {
    const portable::SinCos at = portable::sincos_turns(t);
    EXPECT_NEAR(at.sin, std::sin(2 * M_PI * t), 1e-15);
    EXPECT_NEAR(at.cos, std::cos(2 * M_PI * t), 1e-15);
  }
}

TEST(PortableMath, NormalDeviatesHaveTheirMomentsAndKnownBits) {
  constexpr int n = 200'000;
  std::vector<double> x(n);
  portable::fill_normal(7, 3, 0, x);
  double mean = 0;
  double square = 0;
  double fourth = 0;
  double neighbours = 0;
  for (int i = 0; i < n; ++i) {
    const double z = x[static_cast<std::size_t>(i)];
    mean += z / n;
    square += z * z / n;
    fourth += z * z * z * z / n;
    neighbours += i > 0 ? z * x[static_cast<std::size_t>(i - 1)] / n : 0;
  }
  EXPECT_NEAR(mean, 0, 4 / std::sqrt(n));
  EXPECT_NEAR(square, 1, 4 * std::sqrt(2.0 / n));
  EXPECT_NEAR(fourth, 3, 4 * std::sqrt(96.0 / n));
  EXPECT_NEAR(neighbours, 0, 4 / std::sqrt(n));
  std::vector<double> few(3);
  portable::fill_normal(7, 3, 0, few);
  EXPECT_EQ(few, std::vector<double>(x.begin(), x.begin() + 3));
}

}  // namespace
}  // namespace lockstep
