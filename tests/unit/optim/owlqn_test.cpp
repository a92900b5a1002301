#include "optim/orthant.h"

#include <cmath>

#include "support/coordinate_descent.h"
#include "support/descent_run.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::by_coordinates;
using testing::run_descent;
using testing::soft_threshold;

TEST(OwlQn, SoftThresholdsInClosedForm) {
  const Vector b{{3, -2, 0.4, -0.3, 1, 0.2}};
  auto problem = testing::quadratic(Matrix::Identity(6, 6), b);
  problem.known.l1 = testing::uniform_l1(0.5, 5, problem.dimension());
  const auto run = run_descent(problem, *make_lbfgs(), Vector::Zero(6), {100, 1e-12});
  EXPECT_EQ(run.summary.status, Summary::Status::converged) << run.summary.reason;
  for (Index j = 0; j < 6; ++j) {
    const double expected = j < 5 ? soft_threshold(b[j], 0.5) : b[j];
    EXPECT_NEAR(run.state.parameters[j], expected, 1e-12);
    EXPECT_EQ(run.state.parameters[j] == 0, expected == 0) << "zeros are exact";
  }
  const Vector& w = run.state.parameters;
  EXPECT_NEAR(run.summary.objective, 0.5 * w.squaredNorm() - b.dot(w) + 0.5 * w.head(5).lpNorm<1>(), 1e-14);
}

TEST(OwlQn, AgreesWithCoordinateDescentOnACorrelatedQuadratic) {
  for (const double condition : {1e1, 1e3}) {
    const Matrix a = testing::conditioned_matrix(20, condition);
    Vector b(20);
    for (Index j = 0; j < 20; ++j) {
      b[j] = 3 * std::sin(static_cast<double>(5 * j + 1));
    }
    for (const double l1 : {0.1, 1.0, 2.5}) {
      auto problem = testing::quadratic(a, b);
      problem.known.l1 = testing::uniform_l1(l1, 19, problem.dimension());
      const auto run = run_descent(problem, *make_lbfgs(), Vector::Zero(20), {500, 1e-9});
      const Vector expected = by_coordinates(a, b, l1, 19);
      EXPECT_EQ(run.summary.status, Summary::Status::converged) << run.summary.reason;
      EXPECT_LT((run.state.parameters - expected).norm(), 1e-6) << condition << " " << l1;
      EXPECT_TRUE(l1 < 1 || (expected.array() == 0).any());
      EXPECT_EQ((run.state.parameters.array() == 0).matrix(), (expected.array() == 0).matrix());
    }
  }
}

TEST(OwlQn, ReachesHighAccuracyOnLogisticDataWithExactZeros) {
  testing::Logistic problem(testing::made_share({.rows = 400, .features = 30}, 0, 1), 0, 0.05);
  const auto run = run_descent(problem.risk, *make_lbfgs(), Vector::Zero(31), {500, 1e-9});
  EXPECT_EQ(run.summary.status, Summary::Status::converged) << run.summary.reason;
  const auto zeros = (run.state.parameters.array() == 0).count();
  EXPECT_GT(zeros, 5);
  EXPECT_LT(zeros, 30);
  Evaluation at;
  problem.risk.evaluate(run.state.parameters, Order::gradient, at);
  for (Index j = 0; j < 30; ++j) {
    const double w = run.state.parameters[j];
    if (w == 0) {
      EXPECT_LE(std::abs(at.gradient[j]), 0.05 + 1e-9);
    } else {
      EXPECT_NEAR(at.gradient[j], w > 0 ? -0.05 : 0.05, 1e-8);
    }
  }
}

TEST(OwlQn, StaysAtZeroUnderAStrongPenalty) {
  auto problem = testing::quadratic(Matrix::Identity(3, 3), Vector{{1, -2, 0.5}});
  problem.known.l1 = testing::uniform_l1(2, 3, problem.dimension());
  const auto run = run_descent(problem, *make_lbfgs(), Vector::Zero(3), {100, 1e-9});
  EXPECT_EQ(run.summary.status, Summary::Status::converged);
  EXPECT_EQ(run.state.iteration, 0);
  EXPECT_EQ(run.summary.gradient_norm, 0);
}

TEST(OwlQn, StoppedAnywhereAndResumedGivesTheSameBits) {
  const Matrix a = testing::conditioned_matrix(12, 1e3);
  const auto make = [&] {
    auto problem = testing::quadratic(a, Vector::LinSpaced(12, -3, 4));
    problem.known.l1 = testing::uniform_l1(0.5, 11, problem.dimension());
    return problem;
  };
  testing::expect_same_bits_when_stopped_anywhere(make, [] { return make_lbfgs(5); }, Vector::Zero(12), {200, 1e-9});
}

}  // namespace
}  // namespace lockstep
