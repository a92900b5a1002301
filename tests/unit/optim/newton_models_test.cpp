/// Newton on the models that it is for.
#include "model/losses.h"
#include "model/softmax_model.h"
#include "optim/descent.h"
#include "risk/empirical_risk.h"

#include <algorithm>

#include "support/descent_run.h"
#include "support/models.h"
#include <Eigen/Dense>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::LabelStyle;
using testing::MadeData;

TEST(NewtonOnModels, LandsOnTheLeastSquaresSolutionInOneStep) {
  const MadeData made{.rows = 120, .features = 5, .classes = false};
  SerialCommunicator comm;
  const Dataset data = testing::make_data(made, comm);
  const LinearModel model(5, true, make_squared_loss());
  EmpiricalRisk risk(data, model, Penalty(0, 5), {}, Execution(comm, 1));
  const auto run = testing::run_descent(risk, *make_newton_cholesky(), Vector::Zero(6), {1, 1e-300});
  Matrix x(120, 6);
  Vector y(120);
  for (Index i = 0; i < 120; ++i) {
    for (Index j = 0; j < 5; ++j) {
      x(i, j) = testing::made_entry(made, i, j);
    }
    x(i, 5) = 1;
    y[i] = testing::made_label(made, i);
  }
  const Vector expected = x.householderQr().solve(y);
  EXPECT_EQ(run.state.iteration, 1);
  EXPECT_LT((run.state.parameters - expected).cwiseAbs().maxCoeff(), 1e-13);
}

class NewtonOnSoftmax : public ::testing::TestWithParam<double> {};

/// With and without a penalty: then every feature's coefficients have a free shift, and H is singular.
TEST_P(NewtonOnSoftmax, SquaresItsErrorAndKeepsTheShiftsAtZero) {
  SerialCommunicator comm;
  const Index d = 4;
  const Dataset data =
      make_dataset(testing::made_share({.rows = 600, .features = d}, LabelStyle::three_classes, 0, 1), {}, comm);
  const SoftmaxModel model(d, 3, true);
  EmpiricalRisk risk(data, model, Penalty(GetParam(), model.penalised()), {}, Execution(comm, 1));
  const auto run = testing::run_descent(risk, *make_newton_cholesky(), Vector::Zero(15), {30, 1e-13});
  EXPECT_EQ(run.summary.status, Summary::Status::converged);
  const Vector& best = run.state.parameters;
  std::vector<double> errors;
  for (const Vector& point : run.points) {
    if (const double error = (point - best).norm(); error > 1e-7 && error < 0.3) {
      errors.push_back(error);
    }
  }
  ASSERT_GE(errors.size(), 2u);
  for (std::size_t i = 1; i < errors.size(); ++i) {
    EXPECT_LT(errors[i], 3 * errors[i - 1] * errors[i - 1]);
  }
  EXPECT_TRUE(std::ranges::all_of(run.reports, [](const IterationReport& report) { return report.damping == 0; }));
  EXPECT_NEAR(best.tail(3).sum(), 0, 1e-12);
  for (Index j = 0; j < d && GetParam() == 0; ++j) {
    EXPECT_NEAR(best[j] + best[d + j] + best[2 * d + j], 0, 1e-12);
  }
}

INSTANTIATE_TEST_SUITE_P(Penalties, NewtonOnSoftmax, ::testing::Values(0.0, 0.01));

/// A column that repeats another has no coefficients of its own: the damping names it once for each class but one,
/// whose coefficients the common shift settles.
TEST(NewtonOnSoftmaxWithARepeatedColumn, NamesTheFeatureAndTheClasses) {
  SerialCommunicator comm;
  RawData raw = testing::made_share({.rows = 300, .features = 3}, LabelStyle::three_classes, 0, 1);
  for (std::size_t row = 0; row < 300; ++row) {
    raw.block.dense[3 * row + 2] = raw.block.dense[3 * row];
  }
  raw.schema = schema_of_names(3, {"area", "depth", "surface"}, "y", raw.schema.class_names());
  const Dataset data = make_dataset(std::move(raw), {}, comm);
  const SoftmaxModel model(3, 3, true);
  EmpiricalRisk risk(data, model, Penalty(0, model.penalised()), {}, Execution(comm, 1));
  const auto run = testing::run_descent(risk, *make_newton_cholesky(), Vector::Zero(12), {30, 1e-9});
  EXPECT_EQ(run.summary.status, Summary::Status::converged) << run.summary.reason;
  ASSERT_FALSE(run.reports.empty());
  const IterationReport& first = run.reports.front();
  EXPECT_GT(first.damping, 0);
  ASSERT_EQ(first.weak_parameters.size(), 2u);
  EXPECT_EQ(first.weak_parameters[0],
            "surface of class middle (with area of class low, surface of class low, area of class middle)");
  EXPECT_THAT(first.weak_parameters[1], ::testing::StartsWith("surface of class high (with area of class low, "));
}

}  // namespace
}  // namespace lockstep
