#include "lockstep/base/errors.h"
#include "optim/numerical_stops.h"

#include <cmath>

#include "support/descent_run.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::run_descent;

/// ½ Σ λ_j w_j²: the error in each eigen-direction is the parameter itself.
testing::FormulaObjective diagonal_quadratic(const Vector& eigenvalues) {
  return testing::quadratic(eigenvalues.asDiagonal(), Vector::Zero(eigenvalues.size()));
}

TEST(GradientDescent, ContractsAtItsRate) {
  const double mu = 0.5;
  const double l = 20;
  auto problem = diagonal_quadratic(Vector{{mu, 3, l}});
  const auto run = run_descent(problem, *make_gradient_descent(2 / (l + mu)), Vector::Ones(3), {60, 1e-300});
  const double rate = (l / mu - 1) / (l / mu + 1);
  ASSERT_EQ(run.points.size(), 60u);
  for (std::size_t k = 20; k + 1 < run.points.size(); ++k) {
    EXPECT_NEAR(run.points[k + 1].norm() / run.points[k].norm(), rate, 1e-6);
  }
  EXPECT_EQ(problem.evaluations, 61) << "one pass an iteration";
}

TEST(GradientDescent, ErrorDecaysExponentiallyInEachEigenDirection) {
  const Vector eigenvalues{{0.1, 1, 5}};
  const double rate = 1e-4;
  const int steps = 3000;
  auto problem = diagonal_quadratic(eigenvalues);
  const auto run = run_descent(problem, *make_gradient_descent(rate), Vector::Ones(3), {steps, 1e-300});
  for (Index j = 0; j < 3; ++j) {
    EXPECT_NEAR(run.state.parameters[j] / std::exp(-rate * steps * eigenvalues[j]), 1, 1e-3);
  }
}

TEST(GradientDescent, OverflowOfAFixedStepIsANumericalStop) {
  auto problem = diagonal_quadratic(Vector{{1, 10}});
  OptimizerState state;
  state.parameters = Vector::Ones(2);
  testing::DescentRun observer;
  EXPECT_THROW(descend(problem, *make_gradient_descent(1e30), {100, 1e-9}, {}, state, observer), NumericalStop);
  EXPECT_TRUE(state.parameters.allFinite());
}

TEST(GradientDescent, AFixedStepThatEndsFarAboveItsStartHasDiverged) {
  const Matrix a = Vector{{1, 10}}.asDiagonal();
  testing::FormulaObjective problem(
      2, {[a](const Vector& w) { return 3 + 0.5 * w.dot(a * w); }, [a](const Vector& w) { return Vector(a * w); },
          [a](const Vector&) { return a; }});
  OptimizerState state;
  state.parameters = Vector::Ones(2);
  testing::DescentRun observer;
  EXPECT_THROW(descend(problem, *make_gradient_descent(0.5), {60, 1e-9}, {}, state, observer), Divergence);
  EXPECT_EQ(state.iteration, 60);
  EXPECT_TRUE(state.parameters.allFinite());
}

TEST(GradientDescent, LineSearchConvergesWithoutALearningRate) {
  for (const double unit : {1e-6, 1.0, 1e6}) {
    const Vector eigenvalues = unit * Vector{{1, 3, 10}};
    auto problem = testing::quadratic(eigenvalues.asDiagonal(), eigenvalues);  // minimiser 1, minimum −7 unit
    const auto run = run_descent(problem, *make_gradient_descent(0), Vector::Zero(3), {500, 1e-10});
    EXPECT_EQ(run.summary.status, Summary::Status::converged) << run.summary.reason;
    EXPECT_LE(run.summary.decrement, 1e-10) << run.summary.reason;
    EXPECT_LT((run.state.parameters - Vector::Ones(3)).norm(), 1e-9);
  }
}

TEST(GradientDescent, LowersTheObjectiveAtEveryStep) {
  auto problem = testing::rosenbrock();
  const auto run = run_descent(problem, *make_gradient_descent(0), Vector{{-1.2, 1}}, {300, 1e-9});
  ASSERT_EQ(run.reports.size(), 300u);
  for (std::size_t k = 1; k < run.reports.size(); ++k) {
    EXPECT_LT(run.reports[k].objective, run.reports[k - 1].objective);
  }
}

TEST(GradientDescent, StoppedAnywhereAndResumedGivesTheSameBits) {
  const Vector start{{-1.2, 1}};
  const auto problem = [] { return testing::rosenbrock(); };
  testing::expect_same_bits_when_stopped_anywhere(problem, [] { return make_gradient_descent(0); }, start, {25, 1e-9});
  testing::expect_same_bits_when_stopped_anywhere(problem, [] { return make_gradient_descent(1e-4); }, start,
                                                  {25, 1e-9});
}

}  // namespace
}  // namespace lockstep
