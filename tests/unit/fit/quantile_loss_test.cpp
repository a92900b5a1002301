/// The rounded pinball loss: its values, and whose optimum it has.
#include "fit/model_description.h"
#include "lockstep/fit/fit.h"
#include "risk/empirical_risk.h"

#include <algorithm>
#include <cmath>

#include "support/models.h"
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

struct Ignored final : IterationObserver {
  void iteration_completed(const OptimizerState&, const IterationReport&) override {}
  void step_completed(const OptimizerState&) override {}
};

ModelDescription quantile(double level, double delta, Index features) {
  ModelDescription model;
  model.kind = model_kind("quantile");
  model.features = features;
  model.loss_parameters = {.delta = delta, .quantile = level};
  return model;
}

/// The optimum on the rows by the optimizer of that name.
Vector optimum(const ModelDescription& description, const Dataset& rows, const std::string& optimizer) {
  SerialCommunicator comm;
  const auto model = make_model(description);
  EmpiricalRisk risk(rows, *model, Penalty(0, model->penalised()), {}, Execution(comm, 1));
  FitSettings settings;
  settings.optimizer = OptimizerKind(optimizer);
  settings.max_iterations = 1000;
  settings.tolerance = 1e-9;
  OptimizerState state;
  state.parameters = Vector::Zero(description.dimension());
  Ignored observer;
  const Summary summary = fit(risk, settings, Execution(), state, observer);
  EXPECT_EQ(summary.status, Summary::Status::converged) << optimizer << ": " << summary.reason;
  return state.parameters;
}

/// Labels y on rows without a feature.
Dataset labels_alone(std::vector<double> labels, Communicator& comm) {
  RawData raw;
  raw.total_rows = raw.block.rows = std::ssize(labels);
  raw.block.is_dense = true;
  raw.block.label = std::move(labels);
  return make_dataset(std::move(raw), {}, comm);
}

std::vector<double> skewed(int count) {
  std::vector<double> labels;
  for (int i = 0; i < count; ++i) {
    labels.push_back(std::exp(2.0 * ((37 * i) % count) / count));
  }
  return labels;
}

TEST(QuantileLoss, IsThePinballLossBeyondItsParabola) {
  constexpr double kLevel = 0.9;
  constexpr double kDelta = 0.5;
  alignas(64) double z[kLossLanes] = {3, 0.25, 0, -0.25, -3, 0.5, -0.5, 7};
  alignas(64) double y[kLossLanes] = {};
  alignas(64) double s[kLossLanes] = {1, 1, 1, 1, 1, 1, 2, 0};
  alignas(64) double loss[kLossLanes], slope[kLossLanes], curvature[kLossLanes];
  model_kind("quantile")
      ->loss({.delta = kDelta, .quantile = kLevel})
      ->evaluate(Order::hessian, {kLossLanes, z, y, s, loss, slope, curvature});
  const double expected_loss[] = {0.1 * 2.75, 0.1 * 0.0625, 0, 0.9 * 0.0625, 0.9 * 2.75, 0.1 * 0.25, 2 * 0.9 * 0.25, 0};
  const double expected_slope[] = {0.1, 0.05, 0, -0.45, -0.9, 0.1, -1.8, 0};
  const double expected_curvature[] = {0, 0.2, 1.8, 1.8, 0, 0.2, 3.6, 0};
  for (std::size_t i = 0; i < kLossLanes; ++i) {
    EXPECT_NEAR(loss[i], expected_loss[i], 1e-15) << i;
    EXPECT_NEAR(slope[i], expected_slope[i], 1e-15) << i;
    EXPECT_NEAR(curvature[i], expected_curvature[i], 1e-15) << i;
  }
}

/// With n τ no whole number the τ quantile is one label; rounding moves the optimum by less than δ.
TEST(QuantileLoss, HasTheQuantileForItsInterceptAsDeltaFalls) {
  SerialCommunicator comm;
  std::vector<double> labels = skewed(101);
  const Dataset rows = labels_alone(labels, comm);
  std::ranges::sort(labels);
  for (const double level : {0.1, 0.25, 0.5, 0.9}) {
    const double expected = labels[static_cast<std::size_t>(101 * level)];
    for (const double delta : {1e-2, 1e-3}) {
      EXPECT_NEAR(optimum(quantile(level, delta, 0), rows, "lbfgs")[0], expected, delta) << level;
    }
  }
}

/// (1 − τ) Σ max(0, z − y) = τ Σ max(0, y − z).
TEST(QuantileLoss, HasTheExpectileForItsInterceptAsDeltaGrows) {
  SerialCommunicator comm;
  const std::vector<double> labels = skewed(101);
  const Dataset rows = labels_alone(labels, comm);
  const double z = optimum(quantile(0.8, 1e3, 0), rows, "newton")[0];
  double below = 0;
  double above = 0;
  for (const double y : labels) {
    below += std::max(0.0, z - y);
    above += std::max(0.0, y - z);
  }
  EXPECT_NEAR(0.2 * below, 0.8 * above, 1e-8 * above);
}

TEST(QuantileLoss, IsMinimisedAlikeByEveryFullBatchOptimizer) {
  SerialCommunicator comm;
  const Dataset rows =
      make_dataset(made_share(MadeData{.rows = 400, .features = 5, .weights = true}, LabelStyle::real, 0, 1), {}, comm);
  for (const double level : {0.2, 0.9}) {
    const ModelDescription model = quantile(level, 0.3, 5);
    const Vector expected = optimum(model, rows, "newton");
    for (const char* optimizer : {"newton-cg", "lbfgs", "gd"}) {
      EXPECT_LT((optimum(model, rows, optimizer) - expected).cwiseAbs().maxCoeff(), 1e-6) << optimizer << ' ' << level;
    }
  }
}

}  // namespace
}  // namespace lockstep::testing
