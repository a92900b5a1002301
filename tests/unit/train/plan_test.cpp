#include "lockstep/train/plan.h"

#include "lockstep/base/errors.h"

#include "support/made_data.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using ::testing::HasSubstr;

/// Settings, model and data of a softmax run.
struct SoftmaxRun {
  explicit SoftmaxRun(OptimizerKind optimizer, Index features = 20, Index classes = 3) {
    settings.model = ModelKind::softmax;
    settings.optimizer = optimizer;
    settings.data.path = "a.csv";
    settings = settings.completed();
    model.kind = ModelKind::softmax;
    model.features = features;
    model.outputs = classes;
    data = testing::make_data({.rows = 500, .features = 20}, comm);
    data.features = features;
  }
  Plan plan(int ranks, int threads) const { return make_plan(settings, model, data, ranks, threads); }

  SerialCommunicator comm;
  TrainSettings settings;
  ModelDescription model;
  Dataset data;
};

TEST(Plan, CountsTheHessianOfNewtonAndOnlyItsReduction) {
  const SoftmaxRun newton(OptimizerKind::newton);
  const SoftmaxRun lbfgs(OptimizerKind::lbfgs);
  const double p = 63;
  EXPECT_EQ(newton.plan(1, 1).bytes_reduced, 8 * (p + p * (p + 1) / 2));
  EXPECT_EQ(lbfgs.plan(1, 1).bytes_reduced, 8 * p);
  EXPECT_GT(newton.plan(1, 1).flops, lbfgs.plan(1, 1).flops);
  EXPECT_GT(newton.plan(1, 4).optimizer_bytes, newton.plan(1, 1).optimizer_bytes) << "threads have partial sums";
}

TEST(Plan, SharesTheDataButNotTheStateAmongRanks) {
  const SoftmaxRun run(OptimizerKind::lbfgs);
  EXPECT_DOUBLE_EQ(run.plan(4, 1).data_bytes, run.plan(1, 1).data_bytes / 4);
  EXPECT_EQ(run.plan(4, 1).optimizer_bytes, run.plan(1, 1).optimizer_bytes);
}

TEST(Plan, RefusesNewtonThatDoesNotFitAndNamesNewtonCg) {
  const SoftmaxRun run(OptimizerKind::newton, 45000, 20);
  const Plan plan = run.plan(1, 1);
  try {
    require_fit(plan, run.settings, run.model, 2, 24e9);
    FAIL() << "a Hessian of 900 020 parameters in 24 GB";
  } catch (const ConfigurationError& error) {
    EXPECT_THAT(error.what(), HasSubstr("--optimizer newton-cg"));
    EXPECT_THAT(error.what(), HasSubstr("900020 parameters"));
    EXPECT_THAT(error.what(), HasSubstr("24 GB"));
  }
  const SoftmaxRun small(OptimizerKind::newton);
  EXPECT_NO_THROW(require_fit(small.plan(1, 1), small.settings, small.model, 2, 24e9));
}

TEST(Plan, SaysHowToLaunch) {
  const SoftmaxRun run(OptimizerKind::newton_cg);
  const std::string text = to_text(run.plan(8, 2), run.settings, 8, 2, true);
  EXPECT_THAT(text, HasSubstr("mpirun --quiet -n 8 --map-by slot:PE=2 trainer train --data a.csv --model softmax"));
  EXPECT_THAT(text, HasSubstr("20 curvature products"));
}

}  // namespace
}  // namespace lockstep
