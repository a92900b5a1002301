#include "optim/divergence.h"

#include "model/losses.h"
#include "optim/numerical_stops.h"

#include <cmath>
#include <functional>
#include <string>

#include "stochastic_problem.h"
#include "support/problem_zoo.h"
#include "support/thread_communicator.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::at_zero;
using testing::expect_same_state;
using testing::Recorder;
using testing::StochasticProblem;

/// A run on made data whose features are multiplied by `unit`.
struct Case {
  std::string name;
  std::function<std::unique_ptr<PointwiseLoss>()> loss;
  double unit = 1;
  StochasticSettings settings;
  std::int64_t batch = 64;
  bool has_classes = true;
  std::function<double(double)> label = [](double y) { return y; };
};

void PrintTo(const Case& of, std::ostream* out) {
  *out << of.name;
}

StochasticSettings settings_of(const std::string& rule, double rate, const std::string& schedule = "constant") {
  StochasticSettings settings;
  settings.epochs = 4;
  settings.schedule = Schedule::parse(schedule, rate, 4);
  settings.rule = testing::make_stochastic_rule(rule);
  return settings;
}

std::unique_ptr<PointwiseLoss> huber() {
  return make_huber_loss(1.35);
}

StochasticProblem problem_of(const Case& of, Communicator& comm, StochasticProblem::Wishes wishes = {}) {
  RawData raw = testing::made_share({.rows = 400, .classes = of.has_classes}, comm.rank(), comm.size());
  for (double& x : raw.block.dense) {
    x *= of.unit;
  }
  for (double& y : raw.block.label) {
    y = of.label(y);
  }
  return {std::move(raw), of.loss(), of.batch, 1e-4, comm, 1, std::move(wishes)};
}

/// The text of the Divergence that a run ends with, "" where there is none.
std::string divergence_of(const Case& of, Communicator& comm, OptimizerState& state) {
  StochasticProblem problem = problem_of(of, comm);
  Recorder observer;
  try {
    descend_stochastically(problem.risk, of.settings, EarlyStopping(), state, observer);
  } catch (const Divergence& stop) {
    return stop.what();
  }
  return "";
}

std::vector<Case> diverging_cases() {
  const std::string kSgd = "sgd";
  const auto by_adam = settings_of("adam", 1e4);
  return {
      {.name = "linear", .loss = make_squared_loss, .settings = settings_of(kSgd, 3), .has_classes = false},
      {.name = "linear_by_adam", .loss = make_squared_loss, .settings = by_adam, .has_classes = false},
      {.name = "linear_one_row_a_step",
       .loss = make_squared_loss,
       .settings = settings_of(kSgd, 0.32),
       .batch = 1,
       .has_classes = false},
      {.name = "huber", .loss = huber, .unit = 1e3, .settings = settings_of(kSgd, 1), .has_classes = false},
      {.name = "logistic", .loss = make_logistic_loss, .unit = 1e3, .settings = settings_of(kSgd, 1)},
      {.name = "logistic_by_adam", .loss = make_logistic_loss, .unit = 1e3, .settings = by_adam},
      {.name = "logistic_one_row_a_step",
       .loss = make_logistic_loss,
       .unit = 1e3,
       .settings = settings_of(kSgd, 1),
       .batch = 1},
      {.name = "squared_hinge", .loss = make_squared_hinge_loss, .unit = 10, .settings = settings_of(kSgd, 1)},
  };
}

std::vector<Case> healthy_cases() {
  const std::string kSgd = "sgd";
  return {
      {.name = "linear_one_row_a_step",
       .loss = make_squared_loss,
       .settings = settings_of(kSgd, 0.05),
       .batch = 1,
       .has_classes = false},
      {.name = "logistic_one_row_a_step", .loss = make_logistic_loss, .settings = settings_of(kSgd, 1), .batch = 1},
      {.name = "warm_up", .loss = make_logistic_loss, .settings = settings_of(kSgd, 1, "warmup:2+constant")},
      {.name = "labels_zero",
       .loss = make_squared_loss,
       .settings = settings_of(kSgd, 0.1),
       .batch = 1,
       .has_classes = false,
       .label = [](double) { return 0.0; }},
      {.name = "perceptron_loss_has_no_scale",
       .loss = make_perceptron_loss,
       .unit = 1e6,
       .settings = settings_of(kSgd, 1),
       .batch = 1},
      {.name = "poisson_below_zero",
       .loss = make_poisson_loss,
       .settings = settings_of("adam", 0.05),
       .has_classes = false,
       .label = [](double y) { return 1000 * std::abs(y); }},
  };
}

class Diverging : public ::testing::TestWithParam<Case> {};
class Healthy : public ::testing::TestWithParam<Case> {};

std::string name_of(const ::testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

TEST_P(Diverging, EndsInDivergenceThoughEveryStepIsFinite) {
  SerialCommunicator comm;
  OptimizerState state = at_zero();
  const std::string text = divergence_of(GetParam(), comm, state);
  EXPECT_NE(text.find("since epoch 1, step "), std::string::npos) << text;
  EXPECT_EQ(state.epoch, 4);
  EXPECT_TRUE(state.parameters.allFinite());
}

TEST_P(Diverging, SaysTheSameWhenStoppedAnywhereAndOnAnyRanks) {
  SerialCommunicator serial;
  OptimizerState expected = at_zero();
  const std::string text = divergence_of(GetParam(), serial, expected);
  for (const int stop_after : {1, 2, 5, 11}) {
    int calls = 0;
    OptimizerState state = at_zero();
    {
      StochasticProblem problem = problem_of(GetParam(), serial, [&] {
        return RideAlong{++calls == stop_after ? 1u : 0u, 0};
      });
      Recorder observer;
      const Summary summary =
          descend_stochastically(problem.risk, GetParam().settings, EarlyStopping(), state, observer);
      ASSERT_EQ(summary.status, Summary::Status::stopped);
    }
    EXPECT_EQ(divergence_of(GetParam(), serial, state), text);
    expect_same_state(state, expected);
    EXPECT_EQ(divergence_of(GetParam(), serial, state), text) << "a run that is over says it again";
  }
  testing::run_ranks(3, [&](Communicator& comm) {
    OptimizerState state = at_zero();
    EXPECT_EQ(divergence_of(GetParam(), comm, state), text);
  });
}

TEST_P(Healthy, IsNotTakenForDivergence) {
  SerialCommunicator comm;
  OptimizerState state = at_zero();
  EXPECT_EQ(divergence_of(GetParam(), comm, state), "");
  EXPECT_EQ(state.epoch, 4);
}

INSTANTIATE_TEST_SUITE_P(Divergence, Diverging, ::testing::ValuesIn(diverging_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Divergence, Healthy, ::testing::ValuesIn(healthy_cases()), name_of);

TEST(Divergence, IsNotSeenWhereADecayingScheduleComesBackFromFarAbove) {
  SerialCommunicator comm;
  const Case decaying = {.name = "decaying",
                         .loss = make_squared_loss,
                         .settings = settings_of("sgd", 1.7, "step:2:0.1"),
                         .has_classes = false};
  StochasticProblem problem = problem_of(decaying, comm);
  StochasticSettings settings = decaying.settings;
  settings.epochs = 4;
  OptimizerState state = at_zero();
  Recorder observer;
  const Summary summary = descend_stochastically(problem.risk, settings, EarlyStopping(), state, observer);
  EXPECT_GT(observer.reports[1].objective, 1000 * state.divergence.start_scale);
  EXPECT_EQ(summary.status, Summary::Status::limit_reached) << summary.reason;
}

/// F of scripted steps of weight 1, each of the size of its value.
OptimizerState watched(const std::vector<double>& losses) {
  OptimizerState state;
  for (const double loss : losses) {
    Evaluation at;
    at.value = loss;
    at.scale = std::abs(loss);
    at.weight = 1;
    watch_for_rise(at, state.iteration++, state.divergence);
  }
  return state;
}

TEST(Divergence, RiseBeginsAtTheFirstStepAboveTheStartThatDoesNotComeBack) {
  EXPECT_EQ(watched({1, 0.5, 1.9, 0.4}).divergence.risen_after, -1);
  EXPECT_EQ(watched({1, 0.5, 5, 8, 9}).divergence.risen_after, 2);
  EXPECT_EQ(watched({1, 5, 0.1, 0.1, 0.1, 7, 9}).divergence.risen_after, 5) << "one outlier is forgotten";
  EXPECT_EQ(watched({1, 900, 0, 0, 800}).divergence.risen_after, 1) << "rows that lose nothing are no return";
  EXPECT_EQ(watched({0, 0, 1, 1, 5}).divergence.risen_after, 4) << "the first rows lose nothing";
}

TEST(Divergence, CostsNoPassWhereFStaysNearItsStart) {
  auto problem = testing::quadratic(Matrix::Identity(2, 2), Vector::Ones(2));
  OptimizerState state = watched({1, 2});
  Evaluation end;
  end.value = 1000;
  EXPECT_FALSE(diverged_after(problem, end, state));
  EXPECT_EQ(problem.evaluations, 0);
}

}  // namespace
}  // namespace lockstep
