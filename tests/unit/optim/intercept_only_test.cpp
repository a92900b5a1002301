/// Models without a feature: their intercepts are averages of the labels.
#include <cmath>

#include "support/fits.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::Fit;
using testing::RealVector;
using testing::SmoothModel;
using testing::Table;

/// Margins of the optimum, a class each.
RealVector closed_form(const SmoothModel& model, const Table& table) {
  const double mean = table.y.mean();
  const std::string& name = model.model.name;
  if (name == "softmax") {
    RealVector logs(model.outputs);
    for (Index k = 0; k < model.outputs; ++k) {
      logs[k] = std::log(static_cast<double>((table.y.array() == static_cast<double>(k)).count()));
    }
    return logs;
  }
  if (name == "huber") {
    return testing::reference_optimum(table.reference(model)).w;
  }
  const bool is_signed = name == "adaline" || name == "squared_hinge";
  const bool has_log_link = name == "poisson" || name == "gamma";
  return RealVector::Constant(1, name == "logistic" ? std::log(mean / (1 - mean))
                                 : is_signed        ? 2 * mean - 1
                                 : has_log_link     ? std::log(mean)
                                                    : mean);
}

class InterceptOnly : public testing::ModelByOptimizer {};

TEST_P(InterceptOnly, IsTheClosedFormWithoutAWordFromBlas) {
  const auto& [model, optimizer] = GetParam();
  Table table = testing::made_table({.rows = 90, .features = 2}, model.model.labels);
  table.x.resize(90, 0);
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  const Fit fit = testing::fit(table, *model.model.make(0), *optimizer.make(), {{200, 1e-9}});
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(fit.summary.status, Summary::Status::converged) << fit.summary.reason;
  EXPECT_LT(testing::margin_distance(fit.w.cast<testing::Real>().transpose(), closed_form(model, table).transpose()),
            1e-7)
      << fit.w.transpose();
}

INSTANTIATE_TEST_SUITE_P(EveryModelByEveryOptimizer, InterceptOnly, testing::every_model_by_every_optimizer(),
                         testing::kModelAndOptimizer);

}  // namespace
}  // namespace lockstep
