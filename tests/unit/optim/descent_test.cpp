#include "lockstep/optim/descent.h"

#include "lockstep/base/errors.h"
#include "lockstep/model/linear_model.h"
#include "lockstep/objective/empirical_risk.h"

#include "support/made_data.h"
#include "support/problem_zoo.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

struct Recorder final : IterationObserver {
  void iteration_completed(const OptimizerState& state, const IterationReport& report) override {
    points.push_back(state.parameters);
    reports.push_back(report);
  }
  void step_completed(const OptimizerState&) override {}
  std::vector<Vector> points;
  std::vector<IterationReport> reports;
};

struct NewtonRun {
  Summary summary;
  OptimizerState state;
  Recorder recorder;
};

NewtonRun newton(Objective& objective, const Vector& start, DescentSettings settings = {}) {
  NewtonRun run;
  run.state.parameters = start;
  const auto method = make_newton_cholesky();
  run.summary = descend(objective, *method, settings, run.state, run.recorder);
  return run;
}

/// Logistic data in memory with a risk on them.
struct Logistic {
  explicit Logistic(RawData&& raw, double l2 = 0.01)
      : data(make_dataset(std::move(raw), {}, comm)),
        model(data.features, true, make_logistic_loss()),
        risk(data, model, Penalty(l2, data.features), {}, 1, comm) {}
  SerialCommunicator comm;
  Dataset data;
  LinearModel model;
  EmpiricalRisk risk;
};

TEST(Newton, SolvesAQuadraticInOneStep) {
  auto problem = testing::quadratic(Matrix{{4, 1, 0}, {1, 3, 1}, {0, 1, 1e6}}, Vector{{1, 2, 3}});
  const NewtonRun run = newton(problem, Vector::Ones(3));
  EXPECT_EQ(run.summary.status, Summary::Status::converged);
  EXPECT_EQ(run.state.iteration, 1);
  EXPECT_EQ(problem.evaluations, 2) << "an accepted Newton step costs one pass";
}

TEST(Newton, ReachesTheMinimumOfRosenbrock) {
  auto problem = testing::rosenbrock();
  const NewtonRun run = newton(problem, Vector{{-1.2, 1}}, {200, 1e-12});
  EXPECT_EQ(run.summary.status, Summary::Status::converged);
  EXPECT_LT((run.state.parameters - Vector::Ones(2)).norm(), 1e-10);
}

TEST(Newton, ComesBackFromOutsideTheDomain) {
  auto problem = testing::log_barrier(2);
  const NewtonRun run = newton(problem, Vector{{5, 0.01}});
  EXPECT_EQ(run.summary.status, Summary::Status::converged);
  EXPECT_LT((run.state.parameters - Vector::Ones(2)).norm(), 1e-6);
}

TEST(Newton, SquaresItsErrorOnLogistic) {
  Logistic problem(testing::made_share({.rows = 500}, 0, 1));
  const NewtonRun run = newton(problem.risk, Vector::Zero(8), {20, 1e-13});
  ASSERT_GE(run.recorder.points.size(), 4u);
  const Vector& best = run.state.parameters;
  std::vector<double> errors;
  for (const Vector& point : run.recorder.points) {
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
  RawData raw = testing::made_share({.rows = 200}, 0, 1);
  for (std::size_t i = 0; i < 200; ++i) {
    raw.block.dense[7 * i + 4] = raw.block.dense[7 * i + 1];
  }
  raw.feature_names = {"a", "b", "c", "d", "twin", "f", "g"};
  Logistic problem(std::move(raw), 0);
  const NewtonRun run = newton(problem.risk, Vector::Zero(8));
  EXPECT_EQ(run.summary.status, Summary::Status::converged);
  EXPECT_TRUE(run.state.parameters.allFinite());
  EXPECT_GT(run.recorder.reports[0].damping, 0);
  EXPECT_EQ(run.recorder.reports[0].weak_parameters, std::vector<std::string>{"twin"});
}

TEST(Newton, FollowsTheUnitsOfTheFeaturesExactly) {
  RawData scaled = testing::made_share({.rows = 200}, 0, 1);
  for (std::size_t i = 0; i < 200; ++i) {
    for (int j = 0; j < 7; ++j) {
      scaled.block.dense[7 * i + static_cast<std::size_t>(j)] *= std::ldexp(1.0, 80 * (j - 3));
    }
  }
  Logistic plain(testing::made_share({.rows = 200}, 0, 1), 0);
  Logistic other(std::move(scaled), 0);
  const Vector expected = newton(plain.risk, Vector::Zero(8), {6, 1e-300}).state.parameters;
  const Vector seen = newton(other.risk, Vector::Zero(8), {6, 1e-300}).state.parameters;
  for (int j = 0; j < 7; ++j) {
    EXPECT_EQ(std::ldexp(seen[j], 80 * (j - 3)), expected[j]);
  }
  EXPECT_EQ(seen[7], expected[7]);
}

TEST(Newton, RefusesSeparableDataWithoutAPenalty) {
  RawData raw = testing::made_share({.rows = 100}, 0, 1);
  for (std::size_t i = 0; i < 100; ++i) {
    raw.block.label[i] = raw.block.dense[7 * i] > 0 ? 1 : 0;
  }
  Logistic problem(std::move(raw), 0);
  EXPECT_THROW(newton(problem.risk, Vector::Zero(8)), NumericalStop);
}

TEST(Newton, StandsAtACompletedIterationWhenItIsStopped) {
  for (int stop_at = 1; stop_at <= 12; ++stop_at) {
    auto undisturbed = testing::rosenbrock();
    const NewtonRun all = newton(undisturbed, Vector{{-1.2, 1}}, {100, 1e-12});
    auto problem = testing::rosenbrock();
    problem.stop_at = stop_at;
    NewtonRun run = newton(problem, Vector{{-1.2, 1}}, {100, 1e-12});
    ASSERT_EQ(run.summary.status, Summary::Status::stopped);
    EXPECT_EQ(static_cast<std::size_t>(run.state.iteration), run.recorder.points.size());
    problem.stop_at = -1;
    const auto method = make_newton_cholesky();
    descend(problem, *method, {100, 1e-12}, run.state, run.recorder);
    EXPECT_EQ(run.state.parameters, all.state.parameters);
    EXPECT_EQ(run.state.iteration, all.state.iteration);
  }
}

TEST(Newton, TellsWhenTheLimitEndsIt) {
  auto problem = testing::rosenbrock();
  const NewtonRun run = newton(problem, Vector{{-1.2, 1}}, {3, 1e-12});
  EXPECT_EQ(run.summary.status, Summary::Status::limit_reached);
  EXPECT_EQ(run.state.iteration, 3);
}

TEST(Newton, CallsRoundingLevelConverged) {
  Logistic problem(testing::made_share({.rows = 500}, 0, 1));
  const NewtonRun run = newton(problem.risk, Vector::Zero(8), {100, 1e-30});
  EXPECT_EQ(run.summary.status, Summary::Status::converged);
  EXPECT_LT(run.summary.gradient_norm, 1e-14);
}

}  // namespace
}  // namespace lockstep
