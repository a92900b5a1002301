#include "lockstep/optim/sgd.h"

#include "lockstep/base/errors.h"
#include "lockstep/model/linear_model.h"
#include "lockstep/objective/batch_schedule.h"
#include "lockstep/objective/empirical_risk.h"

#include <cmath>
#include <numbers>

#include "support/made_data.h"
#include "support/problem_zoo.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::MadeData;

struct Ignore final : IterationObserver {
  void iteration_completed(const OptimizerState&, const IterationReport&) override {}
  void step_completed(const OptimizerState&) override {}
};

struct Problem {
  explicit Problem(std::function<RideAlong()> wishes = {})
      : data(testing::make_data(made, comm, layout())),
        model(made.features, true, make_logistic_loss()),
        risk(data, model, Penalty(0.01, made.features), {32, 9}, 1, comm, std::move(wishes)) {}
  static LayoutSettings layout() {
    LayoutSettings settings;
    settings.access = Access::mini_batch;
    settings.lanes = 8;
    return settings;
  }
  MadeData made{.rows = 400};
  SerialCommunicator comm;
  Dataset data;
  LinearModel model;
  EmpiricalRisk risk;
};

SgdSettings settings_for(std::int64_t epochs) {
  return {epochs, Schedule::parse("cosine", 0.2, 4), 0.9};
}

OptimizerState at_zero() {
  OptimizerState state;
  state.parameters = Vector::Zero(8);
  return state;
}

/// v ← μv + g, w ← w − ηv with the rows of each batch in a plain loop.
TEST(Sgd, EqualsThePlainLoop) {
  Problem problem;
  const MadeData& made = problem.made;
  OptimizerState state = at_zero();
  Ignore observer;
  descend_stochastically(problem.risk, settings_for(2), state, observer);

  Vector w = Vector::Zero(8);
  Vector v = Vector::Zero(8);
  const std::int64_t lanes = problem.data.partition.lanes;
  const std::int64_t steps = steps_per_epoch(made.rows, 32);
  const Schedule schedule = Schedule::parse("cosine", 0.2, 4);
  for (std::int64_t epoch = 0; epoch < 2; ++epoch) {
    for (std::int64_t step = 0; step < steps; ++step) {
      Vector g = Vector::Zero(8);
      double count = 0;
      for (std::int64_t lane = 0; lane < lanes; ++lane) {
        const std::int64_t first = proportional_cut(lane, lanes, made.rows);
        const std::int64_t m = proportional_cut(lane + 1, lanes, made.rows) - first;
        const auto order = shuffled_lane(9, epoch, lane, m);
        const lockstep::Run batch = batch_positions(step, steps, lane, lanes, m);
        for (std::int64_t at = batch.begin; at < batch.end; ++at) {
          const std::int64_t row = first + order[static_cast<std::size_t>(at)];
          Vector x = Vector::Ones(8);
          for (Index j = 0; j < 7; ++j) {
            x[j] = testing::made_entry(made, row, j);
          }
          g += (1 / (1 + std::exp(-x.dot(w))) - testing::made_label(made, row)) * x;
          count += 1;
        }
      }
      g /= count;
      g.head(7) += 0.01 * w.head(7);
      v = 0.9 * v + g;
      w -= schedule.rate(epoch, step, steps) * v;
    }
  }
  EXPECT_LT((state.parameters - w).norm(), 1e-12);
  EXPECT_EQ(state.iteration, 2 * steps);
}

TEST(Sgd, StoppedAnywhereAndResumedGivesTheSameBits) {
  Ignore observer;
  Problem undisturbed;
  OptimizerState expected = at_zero();
  const Summary whole = descend_stochastically(undisturbed.risk, settings_for(4), expected, observer);
  for (int stop_after = 1; stop_after < 40; stop_after += 5) {
    int calls = 0;
    OptimizerState state = at_zero();
    {
      Problem problem([&] { return RideAlong{++calls == stop_after ? 1u : 0u, 0}; });
      const Summary summary = descend_stochastically(problem.risk, settings_for(4), state, observer);
      ASSERT_EQ(summary.status, Summary::Status::stopped);
      ASSERT_EQ(state.iteration, stop_after);
    }
    Problem problem;
    const Summary summary = descend_stochastically(problem.risk, settings_for(4), state, observer);
    EXPECT_EQ(state.parameters, expected.parameters);
    EXPECT_EQ(state.velocity, expected.velocity);
    EXPECT_EQ(summary.objective, whole.objective);
  }
}

TEST(Sgd, RefusesAStepThatIsNotFinite) {
  auto explosive = testing::quadratic(1e200 * Matrix::Identity(2, 2), Vector::Ones(2));
  OptimizerState state;
  state.parameters = Vector::Ones(2);
  Ignore observer;
  EXPECT_THROW(descend_stochastically(explosive, {10, Schedule::parse("constant", 1e100, 10), 0}, state, observer),
               NumericalStop);
  EXPECT_TRUE(state.parameters.allFinite());
}

TEST(Schedule, FollowsItsFormula) {
  EXPECT_EQ(Schedule::parse("constant", 0.5, 10).rate(7, 3, 10), 0.5);
  EXPECT_DOUBLE_EQ(Schedule::parse("step:2:0.5", 1, 10).rate(5, 0, 10), 0.25);
  EXPECT_DOUBLE_EQ(Schedule::parse("inverse:2", 1, 10).rate(1, 5, 10), 1 / (1 + 2 * 1.5));
  EXPECT_DOUBLE_EQ(Schedule::parse("cosine", 1, 10).rate(2, 5, 10), 0.5 * (1 + std::cos(std::numbers::pi / 4)));
  EXPECT_TRUE(Schedule::parse("cosine", 1, 10).uses_horizon());
  EXPECT_FALSE(Schedule::parse("step", 1, 10).uses_horizon());
}

TEST(Schedule, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"", "linear", "step:0", "step:a", "cosine:3", "inverse:1:2", "step:1:2:3", "step:inf"}) {
    EXPECT_THROW(Schedule::parse(text, 1, 1), ConfigurationError) << text;
  }
}

}  // namespace
}  // namespace lockstep
