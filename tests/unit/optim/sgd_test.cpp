#include "optim/sgd.h"

#include "base/lanes.h"
#include "lockstep/base/errors.h"
#include "model/losses.h"

#include <cmath>
#include <limits>

#include "stochastic_problem.h"
#include "support/problem_zoo.h"
#include "support/thread_communicator.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::at_zero;
using testing::expect_same_state;
using testing::make_stochastic_rule;
using testing::Recorder;
using testing::StochasticProblem;

const std::vector<std::string> kRules = testing::stochastic_rule_names();

StochasticSettings settings_for(const std::string& rule, std::int64_t epochs) {
  StochasticSettings settings;
  settings.epochs = epochs;
  settings.schedule = Schedule::parse("warmup:0.5+cosine", rule == "adam" ? 0.02 : 0.2, 4);
  settings.rule = make_stochastic_rule(rule, {.momentum = 0.9, .weight_decay = 0.01, .decayed = 7});
  settings.clip_norm = 0.5;
  return settings;
}

std::unique_ptr<PointwiseLoss> loss_for(const std::string& rule) {
  return rule == "perceptron" ? make_perceptron_loss() : make_logistic_loss();
}

/// v ← μv + g, w ← w − ηv with the rows of each batch in a plain loop.
TEST(Sgd, EqualsThePlainLoop) {
  SerialCommunicator comm;
  StochasticProblem problem(make_logistic_loss(), 32, 0.01, comm);
  StochasticSettings settings;
  settings.epochs = 2;
  settings.schedule = Schedule::parse("cosine", 0.2, 4);
  settings.rule = make_stochastic_rule("sgd", {.momentum = 0.9});
  OptimizerState state = at_zero();
  Recorder observer;
  descend_stochastically(problem.risk, settings, EarlyStopping(), state, observer);

  Vector w = Vector::Zero(8);
  Vector v = Vector::Zero(8);
  const std::int64_t steps = problem.risk.steps_per_epoch();
  for (std::int64_t k = 0; k < 2 * steps; ++k) {
    const BatchPosition position{k / steps, k % steps};
    const std::vector<std::int64_t> rows = problem.rows_of(position);
    Vector g = Vector::Zero(8);
    for (const std::int64_t row : rows) {
      const Vector x = StochasticProblem::row(row);
      g += (1 / (1 + std::exp(-x.dot(w))) - StochasticProblem::label(row)) * x;
    }
    g /= static_cast<double>(rows.size());
    g.head(7) += 0.01 * w.head(7);
    v = 0.9 * v + g;
    w -= settings.schedule->rate(position.epoch, position.step, steps) * v;
    EXPECT_LT((observer.states[static_cast<std::size_t>(k)].parameters - w).norm(), 1e-12);
  }
  EXPECT_EQ(state.iteration, 2 * steps);
  EXPECT_EQ(observer.reports.size(), 2u);
  EXPECT_EQ(observer.reports[0].mistakes, -1);
}

/// Widrow and Hoff: w ← w + η (t − wᵀx) x, a row a step.
TEST(Sgd, IsTheDeltaRuleOnAdalineWithBatchesOfOneRow) {
  SerialCommunicator comm;
  StochasticProblem problem(make_adaline_loss(), 1, 0, comm);
  StochasticSettings settings;
  settings.epochs = 2;
  settings.rule = make_stochastic_rule("sgd");
  settings.schedule = Schedule::parse("constant", 0.01, 2);
  OptimizerState state = at_zero();
  Recorder observer;
  descend_stochastically(problem.risk, settings, EarlyStopping(), state, observer);
  ASSERT_EQ(observer.states.size(), 800u);
  Vector w = Vector::Zero(8);
  for (std::int64_t k = 0; k < 800; ++k) {
    const std::vector<std::int64_t> rows = problem.rows_of({k / 400, k % 400});
    ASSERT_EQ(rows.size(), 1u);
    const Vector x = StochasticProblem::row(rows[0]);
    const double t = 2 * StochasticProblem::label(rows[0]) - 1;
    w += 0.01 * (t - w.dot(x)) * x;
    EXPECT_LT((observer.states[static_cast<std::size_t>(k)].parameters - w).norm(), 1e-13);
  }
}

TEST(Sgd, ResumedAfterAnyStepGivesTheSameBits) {
  SerialCommunicator comm;
  for (const std::string& rule : kRules) {
    const StochasticSettings settings = settings_for(rule, 3);
    StochasticProblem problem(loss_for(rule), 64, 0.01, comm);
    OptimizerState expected = at_zero();
    Recorder observer;
    const Summary whole = descend_stochastically(problem.risk, settings, EarlyStopping(), expected, observer);
    ASSERT_EQ(observer.states.size(), 21u);
    for (OptimizerState state : observer.states) {
      StochasticProblem again(loss_for(rule), 64, 0.01, comm);
      Recorder unused;
      const Summary summary = descend_stochastically(again.risk, settings, EarlyStopping(), state, unused);
      expect_same_state(state, expected);
      EXPECT_EQ(summary.objective, whole.objective);
      EXPECT_EQ(summary.reason, whole.reason);
    }
  }
}

TEST(Sgd, StoppedAnywhereAndResumedGivesTheSameBits) {
  SerialCommunicator comm;
  const StochasticSettings settings = settings_for("sgd", 4);
  StochasticProblem undisturbed(make_logistic_loss(), 32, 0.01, comm);
  OptimizerState expected = at_zero();
  Recorder observer;
  const Summary whole = descend_stochastically(undisturbed.risk, settings, EarlyStopping(), expected, observer);
  for (int stop_after = 1; stop_after < 40; stop_after += 5) {
    int calls = 0;
    OptimizerState state = at_zero();
    {
      StochasticProblem problem(make_logistic_loss(), 32, 0.01, comm, 1, [&] {
        return RideAlong{++calls == stop_after ? 1u : 0u, 0};
      });
      const Summary summary = descend_stochastically(problem.risk, settings, EarlyStopping(), state, observer);
      ASSERT_EQ(summary.status, Summary::Status::stopped);
      ASSERT_EQ(state.iteration, stop_after);
    }
    StochasticProblem problem(make_logistic_loss(), 32, 0.01, comm);
    const Summary summary = descend_stochastically(problem.risk, settings, EarlyStopping(), state, observer);
    expect_same_state(state, expected);
    EXPECT_EQ(summary.objective, whole.objective);
  }
}

TEST(Sgd, HasTheSameBitsOnAnyRanksAndThreads) {
  for (const std::string& rule : kRules) {
    SerialCommunicator serial;
    StochasticProblem alone(loss_for(rule), 32, 0.01, serial);
    OptimizerState expected = at_zero();
    Recorder observer;
    descend_stochastically(alone.risk, settings_for(rule, 2), EarlyStopping(), expected, observer);
    for (const int ranks : {2, 3, 8}) {
      testing::run_ranks(ranks, [&](Communicator& comm) {
        StochasticProblem problem(loss_for(rule), 32, 0.01, comm, 2);
        StochasticSettings settings = settings_for(rule, 2);
        settings.threads = 2;
        OptimizerState state = at_zero();
        Recorder unused;
        descend_stochastically(problem.risk, settings, EarlyStopping(), state, unused);
        expect_same_state(state, expected);
      });
    }
  }
}

/// ½‖w‖² whose gradient is NaN from the given evaluation on.
testing::FormulaObjective breaks_at(int evaluation, int& evaluations) {
  return {2,
          {[](const Vector& w) { return 0.5 * w.squaredNorm(); },
           [&evaluations, evaluation](const Vector& w) {
             return ++evaluations < evaluation ? w : Vector(w * std::numeric_limits<double>::quiet_NaN());
           },
           {}}};
}

TEST(Sgd, LeavesTheStateAsItWasWhereItRefusesAStep) {
  for (const std::string& rule : kRules) {
    int evaluations = 0;
    testing::FormulaObjective objective = breaks_at(6, evaluations);
    OptimizerState state = at_zero(2);
    state.parameters << 1, -2;
    Recorder observer;
    try {
      descend_stochastically(objective, settings_for(rule, 9), EarlyStopping(), state, observer);
      FAIL() << "no NumericalStop";
    } catch (const NumericalStop& stop) {
      EXPECT_NE(std::string(stop.what()).find("in epoch 3, step 2"), std::string::npos) << stop.what();
    }
    ASSERT_EQ(observer.states.size(), 5u);
    expect_same_state(state, observer.states.back());
  }
}

TEST(Sgd, RefusesAStepThatOverflows) {
  auto explosive = testing::quadratic(1e200 * Matrix::Identity(2, 2), Vector::Ones(2));
  OptimizerState state;
  state.parameters = Vector::Ones(2);
  StochasticSettings settings;
  settings.rule = make_stochastic_rule("sgd");
  settings.schedule = Schedule::parse("constant", 1e100, 10);
  Recorder observer;
  EXPECT_THROW(descend_stochastically(explosive, settings, EarlyStopping(), state, observer), NumericalStop);
  EXPECT_TRUE(state.parameters.allFinite());
}

/// Validation losses by script, one a call.
struct ScriptedValidator final : Validator {
  ValidationReport validate(const Vector&) override { return {losses.at(calls++), 0.5}; }
  std::vector<double> losses;
  std::size_t calls = 0;
};

TEST(Sgd, KeepsTheBestParametersAndStopsEarly) {
  SerialCommunicator comm;
  const StochasticSettings settings = settings_for("adam", 20);
  StochasticProblem problem(make_logistic_loss(), 100, 0.01, comm);
  ScriptedValidator validator;
  validator.losses = {5, 4, 3, 3.5, 3};
  const EarlyStopping early_stopping(validator, 2);
  OptimizerState state = at_zero();
  Recorder observer;
  const Summary summary = descend_stochastically(problem.risk, settings, early_stopping, state, observer);
  EXPECT_EQ(summary.status, Summary::Status::converged);
  EXPECT_EQ(summary.reason, early_stopping.reason(state));
  EXPECT_EQ(state.epoch, 5);
  EXPECT_EQ(state.early_stopping.best_at, 3);
  EXPECT_EQ(state.early_stopping.best_parameters, observer.states[11].parameters);
  expect_same_state(observer.states.back(), state);  // the observer sees what was recorded
  for (std::size_t epoch = 0; epoch < validator.losses.size(); ++epoch) {
    ASSERT_TRUE(observer.reports[epoch].validation);
    EXPECT_EQ(observer.reports[epoch].validation->loss, validator.losses[epoch]);
    EXPECT_EQ(observer.reports[epoch].validation->accuracy, 0.5);
  }

  Evaluation at;
  problem.risk.evaluate(state.early_stopping.best_parameters, Order::gradient, at);
  EXPECT_EQ(summary.objective, at.value);
  EXPECT_EQ(summary.gradient_norm, norm(at.gradient));

  OptimizerState resumed = state;
  const Summary again = descend_stochastically(problem.risk, settings, early_stopping, resumed, observer);
  EXPECT_EQ(again.reason, summary.reason);
  expect_same_state(resumed, state);
  EXPECT_EQ(validator.calls, 5u);
}

}  // namespace
}  // namespace lockstep
