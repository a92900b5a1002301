#include "objective/l1_term.h"
#include "risk/regularizer.h"

#include <gtest/gtest.h>

namespace lockstep {
namespace {

/// Two penalised parameters and an intercept, in two sets of units: w, and u = D⁻¹ w.
struct PenaltyInTwoUnits : ::testing::Test {
  PenaltyInTwoUnits() { in_u.set_scales(d); }
  Penalty in_w{0.3, 2, 0.7};
  Penalty in_u{0.3, 2, 0.7};
  const Vector d{{0x1p-40, 0x1p30, 1}};
  const Vector w{{1.5e-12, -2.25e9, 7}};
  const Vector direction{{-3e-12, 1e9, 2}};
  const Vector u = w.cwiseQuotient(d);
  const Vector u_direction = direction.cwiseQuotient(d);
};

TEST_F(PenaltyInTwoUnits, HasTheSameValue) {
  EXPECT_EQ(in_w.value(w), 0.15 * w.head(2).squaredNorm());
  EXPECT_EQ(in_u.value(u), in_w.value(w));
  EXPECT_EQ(in_u.value(u, 3), in_w.value(w, 3));
}

TEST_F(PenaltyInTwoUnits, HasDerivativesThatFollowTheUnits) {
  Vector product_w = Vector::Zero(3);
  Vector product_u = Vector::Zero(3);
  in_w.add_product(w, 0, 3, product_w);
  in_u.add_product(u, 0, 3, product_u);
  EXPECT_EQ(product_w, (Vector{{0.3 * w[0], 0.3 * w[1], 0}}));
  EXPECT_EQ(product_u, Vector(d.cwiseProduct(product_w)));
  SymmetricMatrix hessian;
  hessian.resize(3);
  hessian.packed().setZero();
  in_u.add_hessian(hessian);
  EXPECT_EQ(hessian(0, 0), 0.3 * d[0] * d[0]);
  EXPECT_EQ(hessian(1, 1), 0.3 * d[1] * d[1]);
  EXPECT_EQ(hessian(2, 2), 0) << "intercepts are free";
  EXPECT_EQ(hessian(1, 0), 0);
}

TEST_F(PenaltyInTwoUnits, AddsNothingOutsideTheRangeAskedFor) {
  Vector product = Vector::Zero(3);
  in_u.add_product(u, 1, 2, product);
  EXPECT_EQ(product[0], 0);
  EXPECT_NE(product[1], 0);
}

TEST_F(PenaltyInTwoUnits, IsTheSameOnALine) {
  for (const double t : {0.0, 0.5, 2.0}) {
    EXPECT_EQ(in_u.along(u, u_direction, t).value, in_w.along(w, direction, t).value);
    EXPECT_EQ(in_u.along(u, u_direction, t).slope, in_w.along(w, direction, t).slope);
    EXPECT_DOUBLE_EQ(in_w.along(w, direction, t).value, in_w.value(w + t * direction));
  }
}

TEST_F(PenaltyInTwoUnits, HasL1StrengthsThatFollowTheUnits) {
  EXPECT_EQ(in_w.l1(3).strength, (Vector{{0.7, 0.7, 0}}));
  EXPECT_EQ(in_u.l1(3).strength, (Vector{{0.7 * d[0], 0.7 * d[1], 0}}));
  EXPECT_EQ(l1_value(in_u.l1(3), u), l1_value(in_w.l1(3), w));
  EXPECT_FALSE(in_u.l1(3).penalises(2));
  EXPECT_TRUE(Penalty(0.3, 2).l1(3).is_zero());
}

TEST_F(PenaltyInTwoUnits, HasACurvatureThatFollowsTheUnits) {
  EXPECT_EQ(in_w.curvature(3), (Vector{{0.3, 0.3, 0}}));
  EXPECT_EQ(in_u.curvature(3), (Vector{{0.3 * d[0] * d[0], 0.3 * d[1] * d[1], 0}}));
  EXPECT_EQ(Penalty(0, 2, 0.7).curvature(3).size(), 0);
}

TEST_F(PenaltyInTwoUnits, ForgetsTheScalesWhereThereAreNone) {
  in_u.set_scales({});
  EXPECT_EQ(in_u.value(w), in_w.value(w));
  EXPECT_EQ(in_u.l1(3).strength, in_w.l1(3).strength);
}

TEST(MinimumNormSubgradient, IsZeroInsideTheKinkAndOneSidedElsewhere) {
  L1Term l1;
  l1.strength = Vector{{1, 1, 1, 1, 0}};
  const Vector least = minimum_norm_subgradient(l1, Vector{{0, 0, 2, -2, 0}}, Vector{{0.5, -1.5, -1, 0.25, 3}});
  EXPECT_EQ(least, (Vector{{0, -0.5, 0, -0.75, 3}}));
}

}  // namespace
}  // namespace lockstep
