#include "optim/newton_system.h"

#include <cmath>

#include "support/count_down.h"
#include "support/descent_run.h"
#include "support/problem_zoo.h"
#include <Eigen/Cholesky>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

SymmetricMatrix packed(const Matrix& h) {
  SymmetricMatrix lower;
  lower.resize(h.rows());
  for (Index i = 0; i < h.rows(); ++i) {
    for (Index j = 0; j <= i; ++j) {
      lower(i, j) = h(i, j);
    }
  }
  return lower;
}

/// x of (H + what damping adds) x = b.
Vector solve(const NewtonSystem& system, const Vector& b) {
  return system.scales().cwiseProduct(system.solve(system.scales().cwiseProduct(b)));
}

/// Gram matrix of columns that are sine waves, so that each is far from the others; then of chosen combinations.
Matrix columns(Index count) {
  Matrix x(200, count);
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index j = 0; j < count; ++j) {
      x(i, j) = std::sin(static_cast<double>((i + 1) * (2 * j + 1)));
    }
  }
  return x;
}

TEST(NewtonSystem, SolvesWithoutDampingInAnyUnits) {
  const Matrix a = testing::conditioned_matrix(4, 1e4);
  const Vector x{{1, -2, 3, 0.5}};
  for (const Vector& unit : {Vector{{1, 1, 1, 1}}, Vector{{1e-150, 1e-3, 1e6, 1e150}}}) {
    const Matrix h = unit.asDiagonal() * a * unit.asDiagonal();
    const NewtonSystem system(packed(h));
    EXPECT_EQ(system.damping(), 0);
    EXPECT_TRUE(system.dependent_parameters().empty());
    EXPECT_EQ(system.diagonal(), Vector(h.diagonal()));
    const Vector found = unit.cwiseProduct(solve(system, unit.cwiseProduct(a * x)));
    EXPECT_LT((found - x).norm(), 1e-11) << unit.transpose();
  }
}

TEST(NewtonSystem, BringsTheDiagonalBetweenOneAndFour) {
  const NewtonSystem system(packed(Vector{{1e-300, 3, 1e300, 0}}.asDiagonal()));
  const Vector scaled = system.scales().cwiseAbs2().cwiseProduct(system.diagonal());
  EXPECT_THAT(std::vector<double>(scaled.begin(), scaled.begin() + 3),
              ::testing::Each(::testing::AllOf(::testing::Ge(1), ::testing::Lt(4))));
  EXPECT_EQ(system.scales()[3], 1) << "of a parameter without curvature";
}

TEST(NewtonSystem, NamesEachDependentParameterAndItsPartners) {
  Matrix x = columns(6);
  x.col(3) = 1e5 * (x.col(0) - 2 * x.col(2));
  x.col(5) = 1e-5 * x.col(1);
  const NewtonSystem system(packed(x.transpose() * x));
  EXPECT_GT(system.damping(), 0);
  const std::vector<DependentParameter> dependent = system.dependent_parameters();
  ASSERT_EQ(dependent.size(), 2u);
  EXPECT_EQ(dependent[0].parameter, 3);
  EXPECT_THAT(dependent[0].partners, ::testing::ElementsAre(0, 2));
  EXPECT_EQ(dependent[1].parameter, 5);
  EXPECT_THAT(dependent[1].partners, ::testing::ElementsAre(1));
}

TEST(NewtonSystem, NamesAParameterWithoutCurvatureAlone) {
  Matrix x = columns(3);
  x.col(1).setZero();
  const std::vector<DependentParameter> dependent = NewtonSystem(packed(x.transpose() * x)).dependent_parameters();
  ASSERT_EQ(dependent.size(), 1u);
  EXPECT_EQ(dependent[0].parameter, 1);
  EXPECT_TRUE(dependent[0].partners.empty());
}

TEST(NewtonSystem, SolvesOnAFaceAsIfTheOtherParametersWereNotThere) {
  Matrix x = columns(4);
  x.col(2) = x.col(0);  // a dependence that the face does not see
  const Matrix h = x.transpose() * x;
  const NewtonSystem system(packed(h), Vector{{1, 1, 0, 1}});
  EXPECT_EQ(system.damping(), 0);
  EXPECT_TRUE(system.dependent_parameters().empty());
  const Vector b{{3, -1, 0, 2}};
  const Vector found = solve(system, b);
  Matrix kept(200, 3);
  kept << x.col(0), x.col(1), x.col(3);
  const Vector expected = (kept.transpose() * kept).llt().solve(Vector{{3, -1, 2}});
  EXPECT_LT((Vector{{found[0], found[1], found[3]}} - expected).norm(), 1e-13);
  EXPECT_EQ(found[2], 0);
}

TEST(NewtonSystem, DampsNegativeCurvatureIntoADescentDirection) {
  const Vector b{{1, 1, 1}};
  for (const double negative : {-1e-6, -0.5, -40.0}) {
    const Matrix h = Vector{{2, 1, negative}}.asDiagonal();
    const NewtonSystem system(packed(h));
    EXPECT_GT(system.damping(), 0) << negative;
    const Vector found = solve(system, b);
    EXPECT_GT(found.minCoeff(), 0) << negative;
    EXPECT_TRUE(found.allFinite()) << negative;
  }
}

TEST(NewtonSystem, IsEmptyWithoutParameters) {
  const NewtonSystem system(packed(Matrix(0, 0)));
  EXPECT_EQ(system.damping(), 0);
  EXPECT_TRUE(system.dependent_parameters().empty());
}

/// Eigen's own factor, in its blocks.
TEST(NewtonSystem, OfManyParametersIsFactoredAsEigenDoes) {
  constexpr Index kSize = kInterruptible + 77;
  SymmetricMatrix hessian;
  hessian.resize(kSize);
  Matrix full(kSize, kSize);
  for (Index j = 0; j < kSize; ++j) {
    for (Index i = j; i < kSize; ++i) {
      const double entry = i == j ? 2.0 : 1.0 / static_cast<double>(kSize + 3 * i + j);
      hessian(i, j) = entry;
      full(i, j) = full(j, i) = entry;
    }
  }
  const NewtonSystem system(hessian);
  const Vector y = Vector::LinSpaced(kSize, -1, 1);
  EXPECT_EQ(system.damping(), 0);
  EXPECT_EQ(system.scales(), Vector::Ones(kSize));
  EXPECT_EQ(system.solve(y), full.llt().solve(y));
}

/// The run stands at its last iterate, whichever block was given up.
TEST(NewtonSystem, GivenUpEndsTheRunWhereItStood) {
  constexpr Index kSize = kInterruptible;
  for (const int questions : {0, 3, 7}) {
    testing::FormulaObjective problem =
        testing::quadratic(Vector::LinSpaced(kSize, 1, 2).asDiagonal(), Vector::Ones(kSize));
    const testing::CountDown count(questions);
    const auto run = testing::run_descent(problem, *make_newton_cholesky(), Vector::Zero(kSize), {5, 1e-10});
    EXPECT_EQ(run.summary.status, Summary::Status::stopped);
    EXPECT_EQ(run.state.iteration, 0);
    EXPECT_EQ(run.state.parameters, Vector::Zero(kSize));
  }
}

}  // namespace
}  // namespace lockstep
