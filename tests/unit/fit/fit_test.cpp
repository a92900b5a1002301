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
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

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
  settings.momentum = optimizer == OptimizerKind::sgd ? 0.5 : 0;
  settings.learning_rate = optimizer == OptimizerKind::gd ? 0 : 1e-4;
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
  EXPECT_EQ(vectors_of(after(settings)), optimizer_vectors(settings).state);
  FitSettings patient = settings;
  patient.patience = 3;
  EXPECT_EQ(optimizer_vectors(patient).state, optimizer_vectors(settings).state + 1) << "the best point";
  EXPECT_GE(optimizer_vectors(settings).working, 3);
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
  std::ranges::transform(optimizers(), std::back_inserter(kinds), &OptimizerRow::kind);
  return kinds;
}

INSTANTIATE_TEST_SUITE_P(EveryOptimizer, Fit, ::testing::ValuesIn(every_optimizer()), [](const auto& one) {
  std::string name = to_string(one.param);
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(Fit, NesterovIsAnotherRuleThanSgd) {
  FitSettings settings = settings_for(OptimizerKind::sgd);
  const Vector plain = after(settings).parameters;
  settings.nesterov = true;
  EXPECT_NE(after(settings).parameters, plain);
}

TEST(Fit, OfNoOptimizerIsByNewtonWhereThereIsAHessian) {
  FitSettings settings = settings_for(OptimizerKind::newton);
  const OptimizerState expected = after(settings);
  settings.optimizer = OptimizerKind::automatic;
  EXPECT_EQ(after(settings).parameters, expected.parameters);
}

TEST(Fit, MiniBatchesNeedAnObjectiveThatHasThem) {
  struct Whole final : Objective {
    Index dimension() const override { return 1; }
    void evaluate(const Vector& w, Order, Evaluation& result) override {
      result.value = 0.5 * w.squaredNorm();
      result.gradient = w;
    }
    void update(UpdateKind) override {}
  };
  Whole objective;
  FitSettings settings;
  settings.optimizer = OptimizerKind::adam;
  OptimizerState state;
  state.parameters = Vector::Ones(1);
  EXPECT_THROW(fit(objective, settings, Execution(), state), ConfigurationError);
}

}  // namespace
}  // namespace lockstep::testing
