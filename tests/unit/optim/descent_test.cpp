#include "optim/descent.h"

#include "lockstep/base/errors.h"

#include <cmath>

#include "support/descent_run.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::Logistic;
using testing::made_share;

testing::DescentRun newton(Objective& objective, const Vector& start, const DescentSettings& settings = {}) {
  return testing::run_descent(objective, *make_newton_cholesky(), start, settings);
}

TEST(Newton, SolvesAQuadraticInOneStep) {
  auto problem = testing::quadratic(Matrix{{4, 1, 0}, {1, 3, 1}, {0, 1, 1e6}}, Vector{{1, 2, 3}});
  const auto run = newton(problem, Vector::Ones(3));
  EXPECT_EQ(run.summary.status, Summary::Status::converged);
  EXPECT_EQ(run.state.iteration, 1);
  EXPECT_EQ(problem.evaluations, 2) << "an accepted Newton step costs one pass";
}

TEST(Newton, ReachesTheMinimumOfRosenbrock) {
  auto problem = testing::rosenbrock();
  const auto run = newton(problem, Vector{{-1.2, 1}}, {200, 1e-12});
  EXPECT_EQ(run.summary.status, Summary::Status::converged);
  EXPECT_LT((run.state.parameters - Vector::Ones(2)).norm(), 1e-10);
}

TEST(Newton, ComesBackFromOutsideTheDomain) {
  auto problem = testing::log_barrier(2);
  const auto run = newton(problem, Vector{{5, 0.01}});
  EXPECT_EQ(run.summary.status, Summary::Status::converged);
  EXPECT_LT((run.state.parameters - Vector::Ones(2)).norm(), 1e-6);
}

TEST(Newton, SquaresItsErrorOnLogistic) {
  Logistic problem(made_share({.rows = 500}, 0, 1));
  const auto run = newton(problem.risk, Vector::Zero(8), {20, 1e-13});
  ASSERT_GE(run.points.size(), 4u);
  const Vector& best = run.state.parameters;
  std::vector<double> errors;
  for (const Vector& point : run.points) {
    if (const double error = (point - best).norm(); error > 1e-7 && error < 0.5) {
      errors.push_back(error);
    }
  }
  ASSERT_GE(errors.size(), 2u);
  for (std::size_t i = 1; i < errors.size(); ++i) {
    EXPECT_LT(errors[i], 3 * errors[i - 1] * errors[i - 1]);
  }
}

TEST(Newton, DampsASingularHessianAndNamesTheColumn) {
  RawData raw = made_share({.rows = 200}, 0, 1);
  for (std::size_t i = 0; i < 200; ++i) {
    raw.block.dense[7 * i + 4] = raw.block.dense[7 * i + 1];
  }
  raw.schema = schema_of_names(7, {"a", "b", "c", "d", "twin", "f", "g"}, "y", raw.schema.class_names());
  Logistic problem(std::move(raw), 0);
  const auto run = newton(problem.risk, Vector::Zero(8));
  EXPECT_EQ(run.summary.status, Summary::Status::converged);
  EXPECT_TRUE(run.state.parameters.allFinite());
  EXPECT_GT(run.reports[0].damping, 0);
  EXPECT_EQ(run.reports[0].weak_parameters, std::vector<std::string>{"twin (with b)"});
}

TEST(Newton, NamesTheFirstOfManyColumnsThatMakeUpAnother) {
  RawData raw = made_share({.rows = 200}, 0, 1);
  for (std::size_t i = 0; i < 200; ++i) {
    double& sum = raw.block.dense[7 * i + 6];
    sum = 0;
    for (std::size_t j = 0; j < 6; ++j) {
      sum += raw.block.dense[7 * i + j];
    }
  }
  raw.schema = schema_of_names(7, {"a", "b", "c", "d", "e", "f", "sum"}, "y", raw.schema.class_names());
  Logistic problem(std::move(raw), 0);
  const auto run = newton(problem.risk, Vector::Zero(8));
  EXPECT_EQ(run.reports[0].weak_parameters, std::vector<std::string>{"sum (with a, b, c, d, e, 1 more)"});
}

TEST(Newton, FollowsTheUnitsOfTheFeaturesExactly) {
  RawData scaled = made_share({.rows = 200}, 0, 1);
  for (std::size_t i = 0; i < 200; ++i) {
    for (int j = 0; j < 7; ++j) {
      scaled.block.dense[7 * i + static_cast<std::size_t>(j)] *= std::ldexp(1.0, 80 * (j - 3));
    }
  }
  Logistic plain(made_share({.rows = 200}, 0, 1), 0);
  Logistic other(std::move(scaled), 0);
  const Vector expected = newton(plain.risk, Vector::Zero(8), {6, 1e-300}).state.parameters;
  const Vector seen = newton(other.risk, Vector::Zero(8), {6, 1e-300}).state.parameters;
  for (int j = 0; j < 7; ++j) {
    EXPECT_EQ(std::ldexp(seen[j], 80 * (j - 3)), expected[j]);
  }
  EXPECT_EQ(seen[7], expected[7]);
}

TEST(Newton, RefusesSeparableDataWithoutAPenalty) {
  RawData raw = made_share({.rows = 100}, 0, 1);
  for (std::size_t i = 0; i < 100; ++i) {
    raw.block.label[i] = raw.block.dense[7 * i] > 0 ? 1 : 0;
  }
  Logistic problem(std::move(raw), 0);
  EXPECT_THROW(newton(problem.risk, Vector::Zero(8)), NumericalStop);
}

TEST(Newton, StandsAtACompletedIterationWhenItIsStopped) {
  testing::expect_same_bits_when_stopped_anywhere([] { return testing::rosenbrock(); }, make_newton_cholesky,
                                                  Vector{{-1.2, 1}}, {100, 1e-12});
}

TEST(Newton, LeavesASaddle) {
  for (const double tilt : {0.1, -0.1, 1e-6}) {
    auto problem = testing::saddle();
    const auto run = newton(problem, Vector{{1, tilt}}, {100, 1e-10});
    EXPECT_EQ(run.summary.status, Summary::Status::converged);
    EXPECT_NEAR(run.summary.objective, -0.25, 1e-12) << tilt;
    EXPECT_GT(run.reports[0].damping, 0);
  }
}

TEST(Newton, TellsWhenTheLimitEndsIt) {
  auto problem = testing::rosenbrock();
  const auto run = newton(problem, Vector{{-1.2, 1}}, {3, 1e-12});
  EXPECT_EQ(run.summary.status, Summary::Status::limit_reached);
  EXPECT_EQ(run.state.iteration, 3);
}

TEST(Newton, CallsRoundingLevelConverged) {
  Logistic problem(made_share({.rows = 500}, 0, 1));
  const auto run = newton(problem.risk, Vector::Zero(8), {100, 1e-30});
  EXPECT_EQ(run.summary.status, Summary::Status::converged);
  EXPECT_LT(run.summary.gradient_norm, 1e-14);
}

/// The loss falls to the 4th iteration and rises after it.
struct ValleyAtFour final : Validator {
  ValidationReport validate(const Vector&) override { return {static_cast<double>(std::abs(++calls - 4)), 1}; }
  int calls = 0;
};

TEST(Descent, HandsOutTheBestParametersWhenValidationStalls) {
  auto problem = testing::extended_rosenbrock(6);
  const Vector start = Vector{{-1.2, 1}}.replicate(3, 1);
  ValleyAtFour validator;
  const EarlyStopping early_stopping(validator, 3);
  auto run = testing::run_descent(problem, *make_gradient_descent(0), start, {100, 1e-9}, early_stopping);
  EXPECT_EQ(run.summary.status, Summary::Status::converged);
  EXPECT_EQ(run.state.iteration, 7);
  EXPECT_EQ(final_parameters(run.state), run.points[3]);
  EXPECT_EQ(run.summary.objective, run.reports[3].objective);
  EXPECT_EQ(run.summary.gradient_norm, run.reports[3].gradient_norm);
  EXPECT_EQ(run.summary.reason, early_stopping.reason(run.state));

  const Summary again = descend(problem, *make_gradient_descent(0), {100, 1e-9}, early_stopping, run.state, run);
  EXPECT_EQ(run.state.iteration, 7) << "a run resumed at its end ends";
  EXPECT_EQ(again.reason, run.summary.reason);
  EXPECT_EQ(again.objective, run.summary.objective);
}

TEST(Descent, RefusesL1WhereTheMethodCannotHandleIt) {
  auto problem = testing::squared_norm(2);
  problem.known.l1 = testing::uniform_l1(0.1, 2, problem.dimension());
  EXPECT_THROW(newton(problem, Vector::Ones(2)), ConfigurationError);
}

}  // namespace
}  // namespace lockstep
