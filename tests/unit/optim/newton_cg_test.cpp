#include "optim/newton_cg.h"

#include <algorithm>
#include <cmath>

#include "support/descent_run.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::run_descent;

TEST(NewtonCg, FindsTheKnownOptima) {
  for (auto& problem : testing::known_problems()) {
    const auto run = run_descent(problem.objective, *make_newton_cg(), problem.start, {200, 1e-10});
    EXPECT_EQ(run.summary.status, Summary::Status::converged) << problem.name << ": " << run.summary.reason;
    EXPECT_NEAR(run.summary.objective, problem.minimum, 1e-9 * (1 + std::abs(problem.minimum))) << problem.name;
  }
}

TEST(NewtonCg, SolvesAQuadraticInOneStepWhenForced) {
  auto problem = testing::quadratic(testing::conditioned_matrix(10, 1e3), Vector::Ones(10));
  const auto run = run_descent(problem, *make_newton_cg({.forcing = 1e-12}), Vector::Zero(10), {100, 1e-8});
  EXPECT_EQ(run.summary.status, Summary::Status::converged);
  EXPECT_EQ(run.state.iteration, 1);
  EXPECT_EQ(problem.evaluations, 3) << "an accepted unit step costs one pass and its products; one more judges the end";
  EXPECT_EQ(run.reports[0].products + run.summary.products, problem.products) << "those of the last check, too";
  EXPECT_EQ(run.summary.check_passes, run.summary.products + 2) << "a Hessian, and the diagonal for its own products";
}

TEST(NewtonCg, ConvergesSuperlinearlyOnLogistic) {
  testing::Logistic problem(testing::made_share({.rows = 500}, 0, 1));
  const auto run = run_descent(problem.risk, *make_newton_cg(), Vector::Zero(8), {30, 1e-12});
  ASSERT_EQ(run.summary.status, Summary::Status::converged) << run.summary.reason;
  ASSERT_GE(run.reports.size(), 4u);
  double previous = 1;
  for (std::size_t k = run.reports.size() - 3; k < run.reports.size(); ++k) {
    const double ratio = run.reports[k].gradient_norm / run.reports[k - 1].gradient_norm;
    EXPECT_LT(ratio, previous) << "each step gains more than the one before";
    previous = ratio;
  }
  EXPECT_LT(previous, 1e-3);
}

TEST(NewtonCg, ReachesWhatGradientDescentDoesNotOnIllConditionedData) {
  for (const double spread : {1e3, 1e6}) {
    testing::Logistic problem(testing::unequal_columns({.rows = 500}, spread), 0);
    const Vector start = Vector::Zero(8);
    const auto run = run_descent(problem.risk, *make_newton_cg(), start, {50, 1e-300});
    const double reached = run.summary.gradient_norm;
    const auto steepest = run_descent(problem.risk, *make_gradient_descent(0), start, {1000, 1e-300});
    EXPECT_LE(reached, spread > 1e4 ? 1e-9 : 1e-11) << spread;
    EXPECT_GT(steepest.summary.gradient_norm, 1e-6) << spread;
    EXPECT_GT(steepest.summary.objective, run.summary.objective + 1e-4) << spread;
  }
}

/// ½ w₁² + |w₂ − 10|, rounded within 1 of its kink as by Huber: from 0 the curvature along the gradient is rounding.
TEST(NewtonCg, LeavesAPlaceWhereTheGradientHasNoCurvature) {
  const auto clipped = [](const Vector& w) { return std::clamp(w[1] - 10, -1.0, 1.0); };
  testing::FormulaObjective problem(
      2, {[=](const Vector& w) { return 0.5 * w[0] * w[0] + clipped(w) * (w[1] - 10 - 0.5 * clipped(w)); },
          [=](const Vector& w) {
            return Vector{{w[0], clipped(w)}};
          },
          [=](const Vector& w) {
            return Matrix{{1, 0}, {0, std::abs(w[1] - 10) <= 1 ? 1.0 : 0.0}};
          }});
  const auto run = run_descent(problem, *make_newton_cg(), Vector{{1e-13, 0}}, {30, 1e-10});
  ASSERT_EQ(run.summary.status, Summary::Status::converged) << run.summary.reason;
  EXPECT_NEAR(run.state.parameters[1], 10, 1e-9);
}

TEST(NewtonCg, FollowsTheUnitsOfTheFeaturesExactly) {
  RawData scaled = testing::made_share({.rows = 200}, 0, 1);
  for (std::size_t i = 0; i < 200; ++i) {
    for (int j = 0; j < 7; ++j) {
      scaled.block.dense[7 * i + static_cast<std::size_t>(j)] *= std::ldexp(1.0, 160 * (j - 3));
    }
  }
  testing::Logistic plain(testing::made_share({.rows = 200}, 0, 1), 0);
  testing::Logistic other(std::move(scaled), 0);
  const Vector expected = run_descent(plain.risk, *make_newton_cg(), Vector::Zero(8), {5, 1e-300}).state.parameters;
  const Vector seen = run_descent(other.risk, *make_newton_cg(), Vector::Zero(8), {5, 1e-300}).state.parameters;
  for (int j = 0; j < 7; ++j) {
    EXPECT_EQ(std::ldexp(seen[j], 160 * (j - 3)), expected[j]);
  }
  EXPECT_EQ(seen[7], expected[7]);
}

TEST(NewtonCg, LeavesASaddleAlongNegativeCurvature) {
  auto problem = testing::saddle();
  const auto run = run_descent(problem, *make_newton_cg(), Vector{{0, 0.01}}, {100, 1e-10});
  EXPECT_EQ(run.summary.status, Summary::Status::converged);
  EXPECT_NEAR(run.summary.objective, -0.25, 1e-12);
  EXPECT_EQ(run.reports[0].products, 1) << "the first product shows the negative curvature";
}

TEST(NewtonCg, WorksWithoutAHessianDiagonal) {
  auto problem = testing::extended_rosenbrock(10);
  problem.known.has_hessian_diagonal = false;
  const auto run = run_descent(problem, *make_newton_cg(), Vector{{-1.2, 1}}.replicate(5, 1), {200, 1e-10});
  EXPECT_EQ(run.summary.status, Summary::Status::converged) << run.summary.reason;
}

TEST(NewtonCg, HoldsItsCapOnProducts) {
  auto problem = testing::quadratic(testing::conditioned_matrix(30, 1e6), Vector::Ones(30));
  const auto run = run_descent(problem, *make_newton_cg({.forcing = 1e-12, .max_products = 4}), Vector::Zero(30), {20});
  for (const IterationReport& report : run.reports) {
    EXPECT_LE(report.products, 4);
  }
}

TEST(NewtonCg, StoppedAnywhereAndResumedGivesTheSameBits) {
  testing::expect_same_bits_when_stopped_anywhere([] { return testing::extended_rosenbrock(6); },
                                                  [] { return make_newton_cg(); }, Vector{{-1.2, 1}}.replicate(3, 1),
                                                  {100, 1e-10});
}

/// Nonlinear least squares ½ ‖r(w)‖² with its Gauss–Newton matrix JᵀJ in place of the Hessian: Rosenbrock's residuals.
testing::FormulaObjective rosenbrock_residuals() {
  auto formula = testing::rosenbrock().formula();
  formula.hessian = [](const Vector& w) {
    const Matrix j{{-20 * w[0], 10}, {-1, 0}};
    return Matrix(2 * j.transpose() * j);
  };
  return {2, formula};
}

NewtonCgSettings gauss_newton() {
  return {.curvature = Curvature::gauss_newton};
}

TEST(GaussNewton, DampingFollowsTheRatioOfActualToPredictedDecrease) {
  auto problem = rosenbrock_residuals();
  problem.known.has_hessian_diagonal = false;
  const auto run = run_descent(problem, *make_newton_cg(gauss_newton()), Vector{{-1.2, 1}}, {300, 1e-8});
  EXPECT_EQ(run.summary.status, Summary::Status::converged) << run.summary.reason;
  EXPECT_LT((run.state.parameters - Vector::Ones(2)).norm(), 1e-6);
  for (std::size_t k = 0; k < run.reports.size(); ++k) {
    EXPECT_GT(run.reports[k].damping, 0);
    EXPECT_TRUE(k == 0 || run.reports[k].objective <= run.reports[k - 1].objective);
  }
  EXPECT_LT(run.reports.back().damping, run.reports.front().damping) << "the model is exact at a zero residual";
}

TEST(GaussNewton, AQuadraticLowersTheDampingByTwoThirds) {
  auto problem = testing::quadratic(testing::conditioned_matrix(6, 10), Vector::Ones(6));
  NewtonCgSettings settings = gauss_newton();
  settings.forcing = 1e-10;
  const auto run = run_descent(problem, *make_newton_cg(settings), Vector::Zero(6), {4, 1e-300});
  for (std::size_t k = 1; k < run.reports.size(); ++k) {
    EXPECT_DOUBLE_EQ(run.reports[k].damping, run.reports[k - 1].damping / 1.5);
  }
}

TEST(GaussNewton, ARejectedStepRaisesTheDampingAndTriesAgain) {
  auto problem = rosenbrock_residuals();
  problem.known.has_hessian_diagonal = false;
  NewtonCgSettings settings = gauss_newton();
  settings.first_damping = 1e-6;
  settings.forcing = 1e-6;
  const auto run = run_descent(problem, *make_newton_cg(settings), Vector{{-1.2, 1}}, {300, 1e-8});
  EXPECT_EQ(run.summary.status, Summary::Status::converged) << run.summary.reason;
  EXPECT_GT(run.reports[0].damping, 1e-6);
}

TEST(GaussNewton, StoppedAnywhereAndResumedGivesTheSameBits) {
  testing::expect_same_bits_when_stopped_anywhere(rosenbrock_residuals, [] { return make_newton_cg(gauss_newton()); },
                                                  Vector{{-1.2, 1}}, {60, 1e-8});
}

}  // namespace
}  // namespace lockstep
