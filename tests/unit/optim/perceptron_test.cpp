#include "model/losses.h"
#include "optim/sgd.h"

#include <algorithm>
#include <cmath>

#include "stochastic_problem.h"
#include "support/thread_communicator.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::at_zero;
using testing::Recorder;
using testing::StochasticProblem;

/// Rows pushed off the plane uᵀx = 0, ‖u‖ = 1, to at least 0.4 from it; their side is their label.
RawData separable_share(int rank, int ranks, double* radius = nullptr, double* margin = nullptr) {
  RawData raw = testing::made_share({.rows = 400}, rank, ranks);
  RowBlock& block = raw.block;
  const double u = 1 / std::sqrt(7.0);
  double radius_squared = 0;
  double least = 1e9;
  for (std::size_t i = 0; i < block.label.size(); ++i) {
    double* x = block.dense.data() + 7 * i;
    double distance = 0;
    for (int j = 0; j < 7; ++j) {
      distance += u * x[j];
    }
    block.label[i] = distance > 0 ? 1 : 0;
    double squares = 1;  // of the intercept's 1
    for (int j = 0; j < 7; ++j) {
      x[j] += distance > 0 ? 0.4 * u : -0.4 * u;
      squares += x[j] * x[j];
    }
    radius_squared = std::max(radius_squared, squares);
    least = std::min(least, std::abs(distance) + 0.4);
  }
  if (radius != nullptr) {
    *radius = std::sqrt(radius_squared);
    *margin = least;
  }
  return raw;
}

StochasticSettings rosenblatt() {
  StochasticSettings settings;
  settings.epochs = 1000;
  settings.schedule = Schedule::parse("constant", 1, 1000);
  settings.rule = testing::make_stochastic_rule("perceptron");
  return settings;
}

/// A. Novikoff, "On convergence proofs on perceptrons", 1962: at most (R/γ)² mistakes.
TEST(Perceptron, MakesNoMoreMistakesThanNovikoffAllows) {
  SerialCommunicator comm;
  double radius = 0;
  double margin = 0;
  StochasticProblem problem(separable_share(0, 1, &radius, &margin), make_perceptron_loss(), 1, 0, comm);
  OptimizerState state = at_zero();
  Recorder observer;
  const Summary summary = descend_stochastically(problem.risk, rosenblatt(), EarlyStopping(), state, observer);
  EXPECT_EQ(summary.status, Summary::Status::converged);
  EXPECT_EQ(summary.reason, "no mistake in epoch " + std::to_string(state.epoch) + " over rows of total weight 400");
  EXPECT_TRUE(state.stochastic.separated);
  double mistakes = 0;
  for (const IterationReport& report : observer.reports) {
    mistakes += report.mistakes;
  }
  EXPECT_GT(mistakes, 0);
  EXPECT_LE(mistakes, std::pow(radius / margin, 2));
  EXPECT_EQ(observer.reports.back().mistakes, 0);

  Evaluation at;
  problem.risk.evaluate(state.parameters, Order::value, at);
  EXPECT_EQ(at.mistakes, 0);
  EXPECT_EQ(at.value, 0);
}

TEST(Perceptron, EqualsRosenblattsRule) {
  SerialCommunicator comm;
  const RawData raw = separable_share(0, 1);
  StochasticProblem problem(separable_share(0, 1), make_perceptron_loss(), 1, 0, comm);
  OptimizerState state = at_zero();
  Recorder observer;
  descend_stochastically(problem.risk, rosenblatt(), EarlyStopping(), state, observer);
  Vector w = Vector::Zero(8);
  for (const OptimizerState& after : observer.states) {
    const std::int64_t k = after.iteration - 1;
    for (const std::int64_t row : problem.rows_of({k / 400, k % 400})) {
      Vector x = Vector::Ones(8);
      x.head(7) = Eigen::Map<const Vector>(raw.block.dense.data() + 7 * row, 7);
      const double t = raw.block.label[static_cast<std::size_t>(row)] == 1 ? 1 : -1;
      w += t * w.dot(x) <= 0 ? Vector(t * x) : Vector::Zero(8);
    }
    EXPECT_LT((after.parameters - w).norm(), 1e-12);
  }
}

TEST(Perceptron, EndsAtOnceWhenAFinishedRunIsResumedOnOtherRanks) {
  SerialCommunicator serial;
  StochasticProblem problem(separable_share(0, 1), make_perceptron_loss(), 1, 0, serial);
  OptimizerState expected = at_zero();
  Recorder observer;
  const Summary summary = descend_stochastically(problem.risk, rosenblatt(), EarlyStopping(), expected, observer);
  testing::run_ranks(3, [&](Communicator& comm) {
    StochasticProblem again(separable_share(comm.rank(), 3), make_perceptron_loss(), 1, 0, comm);
    OptimizerState state = expected;
    Recorder unused;
    EXPECT_EQ(descend_stochastically(again.risk, rosenblatt(), EarlyStopping(), state, unused).reason, summary.reason);
    EXPECT_TRUE(unused.states.empty());
    testing::expect_same_state(state, expected);
  });
}

TEST(Perceptron, RunsToTheLimitWhereRowsOverlap) {
  SerialCommunicator comm;
  StochasticProblem problem(make_perceptron_loss(), 1, 0, comm);
  OptimizerState state = at_zero();
  StochasticSettings settings = rosenblatt();
  settings.epochs = 5;
  Recorder observer;
  const Summary summary = descend_stochastically(problem.risk, settings, EarlyStopping(), state, observer);
  EXPECT_EQ(summary.status, Summary::Status::limit_reached);
  EXPECT_FALSE(state.stochastic.separated);
  EXPECT_GT(observer.reports.back().mistakes, 0);
}

}  // namespace
}  // namespace lockstep
