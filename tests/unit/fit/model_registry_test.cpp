/// What every row of the registry of models promises: a new row is held to it without a new test.
#include "lockstep/fit/model_registry.h"

#include "fit/model_description.h"
#include "fit/settings_check.h"
#include "lockstep/base/errors.h"
#include "objective/derivative_check.h"
#include "risk/empirical_risk.h"

#include <algorithm>
#include <cmath>

#include "support/models.h"
#include "support/printing.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::HasSubstr;

LabelStyle labels_of(Task task) {
  switch (task) {
    case Task::regression:
      return LabelStyle::real;
    case Task::counts:
      return LabelStyle::counts;
    case Task::positives:
      return LabelStyle::positives;
    case Task::multiclass:
      return LabelStyle::three_classes;
    case Task::binary:
    case Task::binary_score:
      break;
  }
  return LabelStyle::classes;
}

ModelDescription described(ModelKind kind, Index features) {
  ModelDescription model;
  model.kind = kind;
  model.features = features;
  model.outputs = model.task() == Task::multiclass ? 3 : 1;
  model.hidden = {4};
  model.precision = Scalar::float64;
  return model;
}

class ModelRegistry : public ::testing::TestWithParam<ModelKind> {};

/// Files, messages and column scales know the order of the parameters alike.
TEST_P(ModelRegistry, FilesHoldTheParametersWhereTheModelHasThem) {
  constexpr Index kFeatures = 5;
  const ModelDescription model = described(GetParam(), kFeatures);
  const std::unique_ptr<Model> made = make_model(model);
  std::vector<int> held(static_cast<std::size_t>(made->dimension()), 0);
  for (const ParameterBlock& block : model.blocks()) {
    for (Index i = 0; i < block.size(); ++i) {
      ++held.at(static_cast<std::size_t>(block.first + i));
    }
  }
  EXPECT_THAT(held, ::testing::Each(1));
  const ParameterBlock coefficients = model.blocks().front();
  for (Index i = 0; i < made->dimension(); ++i) {
    const Index feature = model.is_network() ? i / coefficients.shape[1] : i % kFeatures;
    EXPECT_EQ(made->place(i).feature, i < coefficients.size() ? feature : -1) << "parameter " << i;
  }
}

TEST_P(ModelRegistry, HasCompleteRows) {
  const ModelKind kind = GetParam();
  EXPECT_EQ(model_kind(to_string(kind)), kind);
  EXPECT_NE(kind->loss == nullptr, kind->model == nullptr);
  for (const OptimizerKind optimizer : kind->optimizers) {
    EXPECT_EQ(misfit(kind, optimizer), "") << to_string(optimizer);
  }
  for (const OptimizerRow& optimizer : optimizers()) {
    EXPECT_EQ(misfit(kind, OptimizerKind(optimizer)).empty(), kind->fits(optimizer)) << optimizer.name;
  }
}

TEST_P(ModelRegistry, MakesModelsOfTheirDescription) {
  const ModelDescription model = described(GetParam(), 5);
  const auto made = make_model(model);
  EXPECT_EQ(made->dimension(), model.dimension());
  EXPECT_EQ(made->outputs(), model.outputs);
  EXPECT_EQ(initial_parameters(model, 1).size(), model.dimension());
  if (GetParam()->loss != nullptr) {
    EXPECT_EQ(GetParam()->loss({})->is_classifier(), model.is_classifier());
  }
}

/// The derivatives are those of the loss, and as smooth as the row says.
TEST_P(ModelRegistry, HasLossesThatAreAsSmoothAsTheySay) {
  constexpr Index kFeatures = 6;
  const ModelDescription described_model = described(GetParam(), kFeatures);
  SerialCommunicator comm;
  const MadeData made{.rows = 400, .features = kFeatures, .weights = true};
  const Dataset rows = make_dataset(made_share(made, labels_of(described_model.task()), 0, 1), {}, comm);
  const auto model = make_model(described_model);
  EmpiricalRisk risk(rows, *model, Penalty(0.01, model->penalised()), {}, Execution(comm, 1));
  const Vector w = random_point(risk, initial_parameters(described_model, 1), 1);
  for (const DerivativeCheck& check : check_derivatives(
           risk, w,
           {.smoothness = described_model.smoothness(), .has_hessian = !described_model.is_network(), .seed = 1})) {
    EXPECT_TRUE(check.passed) << static_cast<int>(check.kind) << ": " << check.measured << ", not " << check.expected;
  }
}

INSTANTIATE_TEST_SUITE_P(EveryModel, ModelRegistry, ::testing::ValuesIn(known_models()), [](const auto& one) {
  std::string name = to_string(one.param);
  std::ranges::replace(name, '-', '_');
  return name;
});

/// log cosh(z − y), which the library does not have.
class LogCosh final : public PointwiseLoss {
 public:
  void evaluate(Order order, const LossRows& rows) const override {
    for (Index i = 0; i < rows.count; ++i) {
      const double r = rows.margin[i] - rows.target[i];
      const double slope = std::tanh(r);
      rows.loss[i] = rows.weight[i] * std::log(std::cosh(r));
      rows.slope[i] = rows.weight[i] * slope;
      if (order == Order::hessian) {
        rows.curvature[i] = rows.weight[i] * (1 - slope * slope);
      }
    }
  }
  bool is_classifier() const override { return false; }
};

ModelRow log_cosh(const std::string& name) {
  return {.name = name, .loss = [](const LossParameters&) { return std::make_unique<LogCosh>(); }};
}

TEST(RegisteredModels, AreKnownByTheirNames) {
  const ModelKind kind = register_model(log_cosh("log-cosh"));
  EXPECT_EQ(model_kind("log-cosh"), kind);
  EXPECT_EQ(known_models().back(), kind);
  ModelSettings settings;
  settings.kind = kind;
  EXPECT_EQ(completed({}, settings, {}).optimizer, OptimizerKind("newton"));
  EXPECT_EQ(completed({}, settings, {.l1 = 1}).optimizer, OptimizerKind("lbfgs"));
  EXPECT_EQ(label_kind(kind, settings.loss), LabelKind::real);
  EXPECT_EQ(make_model(described(kind, 3))->dimension(), 4);
}

TEST(RegisteredModels, KeepTheRowsThatAreThere) {
  const ModelKind before = model_kind("huber");
  register_model(log_cosh("another"));
  EXPECT_EQ(model_kind("huber"), before);
  EXPECT_EQ(before->name, "huber");
}

TEST(RegisteredModels, AreRefusedUnlessNewAndComplete) {
  const auto refusal = [](const ModelRow& row) {
    try {
      register_model(row);
    } catch (const ConfigurationError& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  const std::size_t known = known_models().size();
  EXPECT_THAT(refusal(log_cosh("huber")), HasSubstr("model \"huber\": the name must be new"));
  EXPECT_THAT(refusal(log_cosh("")), HasSubstr("not empty"));
  EXPECT_THAT(refusal({.name = "nothing"}), HasSubstr("needs either a loss or a model"));
  ModelRow odd = log_cosh("odd");
  odd.task = Task::binary;
  EXPECT_THAT(refusal(odd), HasSubstr("the loss and the task take other labels"));
  odd.task = Task::multiclass;
  EXPECT_THAT(refusal(odd), HasSubstr("not for many classes"));
  odd = log_cosh("odd");
  odd.loss = [](const LossParameters&) { return nullptr; };
  EXPECT_THAT(refusal(odd), HasSubstr("makes no loss"));
  ModelRow row = log_cosh("unlearnable");
  row.optimizers = {};
  EXPECT_THAT(refusal(row), HasSubstr("optimizers that fit"));
  row.optimizers = {OptimizerKind("perceptron")};
  EXPECT_THAT(refusal(row), HasSubstr("optimizers that fit"));
  EXPECT_EQ(known_models().size(), known);
}

}  // namespace
}  // namespace lockstep::testing
