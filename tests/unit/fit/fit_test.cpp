/// Settings name an optimizer: the run is its own, and what it keeps is what memory is planned for.
#include "lockstep/fit/fit.h"

#include "fit/optimizer_vectors.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

#include "support/printing.h"
#include "support/problem_zoo.h"
#include "support/thread_communicator.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::HasSubstr;

constexpr Index kSize = 30;

/// ½ wᵀ A w − bᵀ w with curvatures 1 … 1000.
FormulaObjective stretched() {
  const Vector curvatures = Vector::LinSpaced(kSize, 0, 3).unaryExpr([](double x) { return std::pow(10.0, x); });
  return quadratic(curvatures.asDiagonal(), Vector::Ones(kSize));
}

Vector start() {
  return Vector::Constant(kSize, -1);
}

FitSettings settings_for(OptimizerKind optimizer) {
  FitSettings settings;
  settings.optimizer = optimizer;
  settings.momentum = optimizer == OptimizerKind("sgd") ? 0.5 : 0;
  settings.learning_rate = optimizer == OptimizerKind("gd") ? 0 : 1e-4;
  settings.tolerance = 1e-300;
  settings.max_iterations = 15;
  settings.epochs = 15;
  const ModelSettings model;
  return completed(settings, model, {});
}

OptimizerState after(const FitSettings& settings) {
  FormulaObjective objective = stretched();
  OptimizerState state;
  state.parameters = start();
  fit(objective, settings, Execution(), state);
  return state;
}

/// Vectors of p that a state holds.
Index vectors_of(const OptimizerState& state) {
  Index numbers = 0;
  visit(state, [&](const char*, const auto& field) {
    if constexpr (std::is_same_v<decltype(field), const Vector&>) {
      numbers += field.size();
    } else if constexpr (std::is_same_v<decltype(field), const std::vector<Vector>&>) {
      for (const Vector& v : field) {
        numbers += v.size();
      }
    }
  });
  return numbers / kSize;
}

class Fit : public ::testing::TestWithParam<OptimizerKind> {};

TEST_P(Fit, KeepsAsManyVectorsAsMemoryIsPlannedFor) {
  const FitSettings settings = settings_for(GetParam());
  EXPECT_EQ(vectors_of(after(settings)), optimizer_vectors(settings, kSize).state);
  FitSettings patient = settings;
  patient.patience = 3;
  EXPECT_EQ(optimizer_vectors(patient, kSize).state, optimizer_vectors(settings, kSize).state + 1) << "the best point";
  EXPECT_GE(optimizer_vectors(settings, kSize).working, 3);
}

TEST_P(Fit, LowersTheObjective) {
  FormulaObjective objective = stretched();
  Evaluation before;
  Evaluation at;
  objective.evaluate(start(), Order::value, before);
  objective.evaluate(after(settings_for(GetParam())).parameters, Order::value, at);
  EXPECT_LT(at.value, before.value);
}

std::vector<OptimizerKind> every_optimizer() {
  std::vector<OptimizerKind> kinds;
  std::ranges::transform(optimizers(), std::back_inserter(kinds),
                         [](const OptimizerRow& row) { return OptimizerKind(row); });
  return kinds;
}

INSTANTIATE_TEST_SUITE_P(EveryOptimizer, Fit, ::testing::ValuesIn(every_optimizer()), [](const auto& one) {
  std::string name = to_string(one.param);
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(Fit, NesterovIsAnotherRuleThanSgd) {
  FitSettings settings = settings_for(OptimizerKind("sgd"));
  const Vector plain = after(settings).parameters;
  settings.nesterov = true;
  EXPECT_NE(after(settings).parameters, plain);
}

TEST(Fit, OfNoOptimizerIsByNewtonWhereThereIsAHessian) {
  FitSettings settings = settings_for(OptimizerKind("newton"));
  const OptimizerState expected = after(settings);
  settings.optimizer = OptimizerKind();
  EXPECT_EQ(after(settings).parameters, expected.parameters);
}

/// Three functions, no more: ½ ‖w‖².
struct Bowl final : Objective {
  Index dimension() const override { return 2; }
  void evaluate(const Vector& w, Order, Evaluation& result) override {
    result.value = 0.5 * w.squaredNorm();
    result.scale = result.value;
    result.gradient = w;
  }
  void update(UpdateKind) override {}
};

std::string refusal(const FitSettings& settings, const Vector& start = Vector::Ones(2)) {
  Bowl objective;
  OptimizerState state;
  state.parameters = start;
  try {
    fit(objective, settings, Execution(), state);
  } catch (const ConfigurationError& error) {
    EXPECT_TRUE(is_agreed(error));
    return error.what();
  }
  return "none";
}

TEST(FitOfAnObjective, RefusesWhatDoesNotFitIt) {
  FitSettings settings;
  EXPECT_EQ(refusal(settings), "none");
  settings.optimizer = OptimizerKind("newton");
  EXPECT_THAT(refusal(settings), HasSubstr("needs an objective with a Hessian"));
  settings.optimizer = OptimizerKind("adam");
  EXPECT_THAT(refusal(settings), HasSubstr("needs an objective with mini-batches"));
  settings.optimizer = OptimizerKind("lbfgs");
  settings.tolerance = -1;
  EXPECT_THAT(refusal(settings), HasSubstr("tolerance = -1"));
  settings.tolerance = 1e-6;
  EXPECT_THAT(refusal(settings, Vector::Ones(3)), HasSubstr("a start of 3 parameters for an objective of 2"));
}

/// They would wait for each other for ever.
TEST(FitOfAnObjective, RefusesSettingsThatDifferBetweenRanks) {
  std::vector<std::string> said(3);
  run_ranks(3, [&](Communicator& comm) {
    Bowl objective;
    FitSettings settings;
    settings.max_iterations = comm.rank() == 1 ? 5 : 6;
    OptimizerState state;
    state.parameters = Vector::Ones(2);
    try {
      fit(objective, settings, Execution(comm, 1), state);
    } catch (const ConfigurationError& error) {
      said[static_cast<std::size_t>(comm.rank())] = error.what();
    }
  });
  EXPECT_THAT(said,
              ::testing::Each("ranks were told other things: rank 0 max-iterations = 6, rank 1 max-iterations = 5"));
}

}  // namespace
}  // namespace lockstep::testing
