#include "run/plan.h"

#include "lockstep/base/errors.h"
#include "optim/convergence.h"
#include "run/memory_check.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using ::testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Settings, model and data of a softmax run.
struct SoftmaxRun {
  explicit SoftmaxRun(OptimizerKind optimizer, Index features = 20, Index classes = 3) {
    settings.model.kind = model_kind("softmax");
    settings.fit.optimizer = optimizer;
    settings.data.path = "a.csv";
    settings = settings.completed();
    model.kind = model_kind("softmax");
    model.features = features;
    model.outputs = classes;
    data.rows = 500;
    data.features = features;
    data.stored_entries = 500 * features;
  }
  Plan plan(int ranks, int threads) const { return make_plan(settings, model, data, ranks, threads); }
  std::string refusal(const Placement& placement, const MemoryLimits& limits, bool is_foreseen = false) const {
    try {
      refuse_plan(settings, model, data, placement, limits, is_foreseen);
    } catch (const ConfigurationError& error) {
      return error.what();
    }
  }

  TrainSettings settings;
  ModelDescription model;
  DataShape data;
};

MemoryLimits limits(double together, double alone = kInfinity) {
  return {{together, "available on this machine"}, {alone, "left of the address space (ulimit -v)"}};
}

TEST(Plan, CountsTheHessianOfNewtonAndOnlyItsReduction) {
  const SoftmaxRun newton(OptimizerKind("newton"));
  const SoftmaxRun lbfgs(OptimizerKind("lbfgs"));
  const double p = 63;
  EXPECT_EQ(newton.plan(1, 1).bytes_reduced, 8 * (p + p * (p + 1) / 2));
  EXPECT_EQ(lbfgs.plan(1, 1).bytes_reduced, 8 * p);
  EXPECT_GT(newton.plan(1, 1).flops, lbfgs.plan(1, 1).flops);
  EXPECT_GT(newton.plan(1, 4).optimizer_bytes, newton.plan(1, 1).optimizer_bytes) << "threads have partial sums";
}

TEST(Plan, CountsTheHessianThatJudgesTheEndOfASmallRun) {
  constexpr Index kClasses = 3;
  constexpr Index kLast = kMostJudgedByHessian / kClasses - 1;  // features, an intercept beside them
  const double p = static_cast<double>(kClasses * (kLast + 1));
  for (const OptimizerKind optimizer : {OptimizerKind("gd"), OptimizerKind("lbfgs"), OptimizerKind("newton-cg")}) {
    const Plan small = SoftmaxRun(optimizer, kLast).plan(1, 2);
    const Plan large = SoftmaxRun(optimizer, kLast + 1).plan(1, 2);
    const Plan newton = SoftmaxRun(OptimizerKind("newton"), kLast).plan(1, 2);
    EXPECT_GT(small.optimizer_bytes, large.optimizer_bytes + 8 * 3 * p * p) << to_string(optimizer);
    EXPECT_GT(small.optimizer_bytes, 0.8 * newton.optimizer_bytes) << to_string(optimizer);
    EXPECT_EQ(small.address_bytes, newton.address_bytes) << "BLAS has its buffers";
    EXPECT_LT(large.address_bytes, newton.address_bytes);
  }
  const Plan stochastic = SoftmaxRun(OptimizerKind("sgd"), kLast).plan(1, 2);
  EXPECT_LT(stochastic.optimizer_bytes, 8 * p * p) << "never judged";
}

TEST(Plan, SharesTheDataButNotTheStateAmongRanks) {
  const SoftmaxRun run(OptimizerKind("lbfgs"));
  EXPECT_DOUBLE_EQ(run.plan(4, 1).data_bytes, run.plan(1, 1).data_bytes / 4);
  EXPECT_GT(run.plan(4, 1).optimizer_bytes, 0.5 * run.plan(1, 1).optimizer_bytes);
}

TEST(Plan, HoldsAtLeastTwoCopiesOfDenseRowsWhileTheyAreLaidOut) {
  SoftmaxRun run(OptimizerKind("lbfgs"));
  run.data.rows = 1000000;
  run.data.stored_entries = 20000000;
  const double features = 8.0 * 20000000;
  EXPECT_GT(run.plan(1, 1).reading_bytes, 2 * features);
  EXPECT_LT(run.plan(1, 1).reading_bytes, 2.3 * features);
  EXPECT_GT(run.plan(1, 1).total_bytes(), run.plan(1, 1).reading_bytes);
}

TEST(Plan, KeepsTheMemoryOfHeldOutRows) {
  SoftmaxRun run(OptimizerKind("lbfgs"));
  const Plan without = run.plan(1, 1);
  run.data.held_out_rows = 500;
  run.data.held_out_entries = 500 * 20;
  const Plan fraction = run.plan(1, 1);
  EXPECT_GT(fraction.data_bytes, without.data_bytes + 8.0 * 500 * 20);
  EXPECT_GT(fraction.reading_bytes, without.reading_bytes);
  run.data.is_held_out_file = true;
  EXPECT_LT(run.plan(1, 1).reading_bytes, fraction.reading_bytes) << "read once the training rows are laid out";
}

TEST(Plan, HoldsSparseRowsByTheirEntries) {
  SoftmaxRun run(OptimizerKind("lbfgs"), 100000);
  run.data.is_read_dense = false;
  run.data.stored_entries = 5000;
  EXPECT_LT(run.plan(1, 1).data_bytes, 1e6);
}

TEST(Plan, GrowsWithThePairsOfLbfgsTheBestParametersAndTheThreadsOfNetworks) {
  const double vector = 8 * 63;
  SoftmaxRun lbfgs(OptimizerKind("lbfgs"));
  const SoftmaxRun gd(OptimizerKind("gd"));
  EXPECT_GE(lbfgs.plan(1, 1).optimizer_bytes, gd.plan(1, 1).optimizer_bytes + 2 * kLbfgsMemory * vector);
  const double without = lbfgs.plan(1, 1).optimizer_bytes;
  lbfgs.settings.fit.patience = 3;
  EXPECT_GE(lbfgs.plan(1, 1).optimizer_bytes, without + vector);

  SoftmaxRun mlp(OptimizerKind("adam"));
  mlp.model.kind = model_kind("mlp");
  mlp.model.hidden = {4096};
  const double one = mlp.plan(1, 1).optimizer_bytes;
  EXPECT_GE(mlp.plan(1, 2).optimizer_bytes, one + 4.0 * 3 * 4096 * 500) << "activations, slopes and deltas";
}

TEST(Plan, RefusesNewtonThatDoesNotFitAndNamesNewtonCg) {
  const SoftmaxRun run(OptimizerKind("newton"), 45000, 20);
  EXPECT_NE(shortage(run.plan(1, 1), {1, 2, 1}, limits(24e9)), "");
  const std::string message = run.refusal({1, 2, 1}, limits(24e9));
  EXPECT_THAT(message, HasSubstr("use --optimizer newton-cg"));
  EXPECT_THAT(message, HasSubstr("900020 parameters"));
  EXPECT_THAT(message, HasSubstr("for the 2 ranks of this machine"));
  EXPECT_THAT(message, HasSubstr("24 GB are available on this machine"));
  EXPECT_EQ(shortage(SoftmaxRun(OptimizerKind("newton")).plan(1, 1), {1, 2, 1}, limits(24e9)), "");
  EXPECT_THAT(run.refusal({1, 1, 1}, limits(1e6)), HasSubstr("and more machines"));
}

TEST(Plan, CallsParametersForeseenFromTheHeadOfAFileAtLeastSoMany) {
  const SoftmaxRun run(OptimizerKind("newton"), 45000, 20);
  EXPECT_THAT(run.refusal({1, 1, 1}, limits(24e9), true), HasSubstr("newton with at least 900020 parameters"));
  EXPECT_THAT(run.refusal({1, 1, 1}, limits(24e9), false), HasSubstr("newton with 900020 parameters"));
}

TEST(Plan, IsHeldAgainstTheMachineForAllItsRanksAndAgainstAProcessForOne) {
  const Plan plan = SoftmaxRun(OptimizerKind("lbfgs"), 600).plan(8, 1);  // without a Hessian, so without BLAS
  const double all = 8 * plan.total_bytes() - 7 * plan.root_bytes;
  EXPECT_GT(plan.root_bytes, 0);
  EXPECT_EQ(shortage(plan, {8, 8, 1}, limits(1.01 * all)), "");
  EXPECT_THAT(shortage(plan, {8, 8, 1}, limits(0.99 * all)), HasSubstr("on this machine"));
  const double one = plan.total_bytes() + 100e6;  // a thread's stack and arena among them
  EXPECT_EQ(shortage(plan, {8, 8, 1}, limits(kInfinity, one)), "");
  EXPECT_THAT(shortage(plan, {8, 8, 1}, limits(kInfinity, 1e6)), HasSubstr("address space"));
}

TEST(Plan, SaysHowToLaunch) {
  const SoftmaxRun run(OptimizerKind("newton-cg"));
  EXPECT_THAT(launch_text(run.settings, 8, 2),
              HasSubstr("mpirun -n 8 --map-by slot:PE=2 trainer train --data a.csv --model softmax"));
  EXPECT_THAT(to_text(run.plan(8, 2), run.settings), HasSubstr("20 curvature products"));
}

TEST(Plan, SaysHowToSubmit) {
  Plan plan;
  plan.program_bytes = 64 * 1048576.0;
  EXPECT_EQ(submit_text(plan, 8, 2), "submit: sbatch --ntasks=8 --cpus-per-task=2 --mem-per-cpu=40M train.sbatch");
}

}  // namespace
}  // namespace lockstep
