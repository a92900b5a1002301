#include "model/softmax.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Sigmoid, KeepsItsRelativeAccuracyOnBothSides) {
  for (const double z : {0.0, 1e-20, 0.3, 5.0, 36.0, 40.0, 700.0}) {
    const auto e = std::exp(static_cast<long double>(-z));
    EXPECT_DOUBLE_EQ(sigmoid(z), static_cast<double>(1 / (1 + e))) << z;
    EXPECT_DOUBLE_EQ(sigmoid(-z), static_cast<double>(e / (1 + e))) << z;
  }
  EXPECT_EQ(sigmoid(1e300), 1);
  EXPECT_EQ(sigmoid(-1e300), 0);
  EXPECT_EQ(sigmoid(kInfinity), 1);
  EXPECT_EQ(sigmoid(-kInfinity), 0);
}

TEST(Softplus, KeepsItsRelativeAccuracyOnBothSides) {
  for (const double z : {-700.0, -40.0, -36.0, -5.0, 0.0, 0.3, 5.0, 40.0, 700.0}) {
    EXPECT_DOUBLE_EQ(softplus(z), static_cast<double>(std::log1p(std::exp(static_cast<long double>(z))))) << z;
  }
  EXPECT_EQ(softplus(1e300), 1e300);
  EXPECT_EQ(softplus(-1e300), 0);
  EXPECT_EQ(softplus(kInfinity), kInfinity);
  EXPECT_EQ(softplus(-kInfinity), 0);
}

TEST(RowSoftmax, KeepsTheAccuracyOfANearlyCertainRow) {
  AlignedVector<double> p = {-50, 1000, 960, 0, 0, 0, 0, 0};
  const RowSoftmax row(p.data(), 3, 8);
  EXPECT_EQ(row.largest, 1);
  EXPECT_DOUBLE_EQ(row.loss(1000), std::log1p(std::exp(-40.0)));
  EXPECT_DOUBLE_EQ(row.loss(960), 40 + std::log1p(std::exp(-40.0)));
  EXPECT_DOUBLE_EQ(row.complement(p.data(), 1), std::exp(-40.0));
  EXPECT_DOUBLE_EQ(p[2], std::exp(-40.0));
  EXPECT_NEAR(p[0], 0, 1e-300);
}

TEST(RowSoftmax, OfTwoClassesIsTheSigmoidOfTheirDifference) {
  for (const double z : {-700.0, -3.0, 0.0, 0.5, 20.0, 700.0}) {
    AlignedVector<double> p = {0, z, 0, 0, 0, 0, 0, 0};
    const RowSoftmax row(p.data(), 2, 8);
    EXPECT_DOUBLE_EQ(p[1], sigmoid(z));
    EXPECT_DOUBLE_EQ(p[0], sigmoid(-z));
    EXPECT_DOUBLE_EQ(row.loss(z), softplus(-z));
  }
}

}  // namespace
}  // namespace lockstep
