/// An objective of a user's own, three functions, in a run folder: the same bits on any ranks, stopped and resumed.
#include "lockstep/run/objective_run.h"

#include "base/lanes.h"
#include "lockstep/base/errors.h"

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "support/printing.h"
#include "support/recording_console.h"
#include "support/thread_communicator.h"
#include "unit/io/temporary_folder.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::RecordingConsole;
using testing::TemporaryFolder;

constexpr Index kSize = 12;

/// Σ_i log cosh(a_i (w_i − w_{i+1}) − b_i) + ½ ‖w‖² / 100: each rank takes the terms of its turn, all add them up in
/// the order of i.
class ChainOfSprings final : public Objective {
 public:
  explicit ChainOfSprings(Communicator& comm) : comm_(comm) {}

  Index dimension() const override { return kSize; }

  void evaluate(const Vector& w, Order, Evaluation& result) override {
    std::vector<double> mine(static_cast<std::size_t>(2 * kSize), 0.0);
    for (Index i = comm_.rank(); i < kSize; i += comm_.size()) {
      const double a = 1 + static_cast<double>(i % 4);
      const double u = a * (w[i] - (i + 1 < kSize ? w[i + 1] : 0.0)) - 0.1 * static_cast<double>(i);
      mine[static_cast<std::size_t>(i)] = std::log(std::cosh(u));
      mine[static_cast<std::size_t>(kSize + i)] = a * std::tanh(u);
    }
    std::vector<double> all(mine.size() * static_cast<std::size_t>(comm_.size()));
    comm_.all_gather(std::as_bytes(std::span(mine)), std::as_writable_bytes(std::span(all)));
    result.value = 0.005 * w.squaredNorm();
    result.gradient = 0.01 * w;
    for (Index i = 0; i < kSize; ++i) {
      const auto from = static_cast<std::size_t>(i % comm_.size() * 2 * kSize + i);
      result.value += all[from];
      const double slope = all[from + static_cast<std::size_t>(kSize)];
      result.gradient[i] += slope;
      if (i + 1 < kSize) {
        result.gradient[i + 1] -= slope;
      }
    }
    result.scale = std::abs(result.value);
    result.weight = 1;
  }

  void update(UpdateKind) override {}

 private:
  Communicator& comm_;
};

ObjectiveRun run_in(const std::string& folder, OptimizerKind optimizer, std::int64_t iterations) {
  ObjectiveRun run;
  run.name = "chain of springs";
  run.run.folder = folder;
  run.fit.optimizer = optimizer;
  run.fit.max_iterations = iterations;
  run.fit.tolerance = 1e-9;
  return run;
}

ObjectiveResult minimised(const ObjectiveRun& run, int ranks) {
  ObjectiveResult result;
  testing::run_ranks(ranks, [&](Communicator& comm) {
    ChainOfSprings objective(comm);
    RecordingConsole console;
    const ObjectiveResult mine =
        run_objective(objective, run, Vector::LinSpaced(kSize, -2, 3), Execution(comm, 1), console);
    if (comm.rank() == 0) {
      result = mine;
    }
  });
  return result;
}

class OwnObjective : public ::testing::TestWithParam<OptimizerKind> {};

TEST_P(OwnObjective, ReachesTheSameBitsOnAnyRanksInAnyNumberOfJobs) {
  const TemporaryFolder folder;
  const ObjectiveResult whole = minimised(run_in(folder / "whole", GetParam(), 200), 1);
  if (GetParam() != OptimizerKind("gd")) {  // which takes long
    EXPECT_EQ(whole.summary.status, Summary::Status::converged) << whole.summary.reason;
    EXPECT_LT(whole.summary.gradient_norm, 1e-6);
  }
  EXPECT_EQ(minimised(run_in(folder / "three", GetParam(), 200), 3).parameters, whole.parameters);

  const ObjectiveResult first = minimised(run_in(folder / "parts", GetParam(), 2), 3);
  EXPECT_EQ(first.summary.status, Summary::Status::limit_reached);
  EXPECT_EQ(first.iterations, 2);
  EXPECT_NE(first.parameters, whole.parameters);
  const ObjectiveResult rest = minimised(run_in(folder / "parts", GetParam(), 200), 2);
  EXPECT_EQ(rest.parameters, whole.parameters);
  EXPECT_EQ(rest.iterations, whole.iterations);
  EXPECT_EQ(testing::text_of(folder / "parts/metrics.jsonl").find("\"iteration\":1,"), 1u);
}

INSTANTIATE_TEST_SUITE_P(Optimizers, OwnObjective,
                         ::testing::Values(OptimizerKind("lbfgs"), OptimizerKind("newton-cg"), OptimizerKind("gd")),
                         [](const ::testing::TestParamInfo<OptimizerKind>& test) {
                           return test.param == OptimizerKind("newton-cg") ? std::string("newton_cg")
                                                                           : to_string(test.param);
                         });

TEST(RunOfAnotherObjective, IsRefused) {
  const TemporaryFolder folder;
  ObjectiveRun run = run_in(folder / "run", OptimizerKind("lbfgs"), 1);
  minimised(run, 1);
  run.name = "another";
  EXPECT_THROW(minimised(run, 1), ConfigurationError);
}

TEST(RunOfAnObjectiveWithoutBatches, TakesNoMiniBatchOptimizer) {
  const TemporaryFolder folder;
  EXPECT_THROW(minimised(run_in(folder / "run", OptimizerKind("adam"), 1), 1), ConfigurationError);
}

TEST(RunOfAnObjective, RefusesWhatCannotRunBeforeTheFolderIsTouched) {
  const TemporaryFolder folder;
  ObjectiveRun run = run_in(folder / "run", OptimizerKind("lbfgs"), 1);
  run.run.keep = 0;
  EXPECT_THROW(minimised(run, 1), ConfigurationError);
  run = run_in(folder / "run", OptimizerKind("newton"), 1);
  EXPECT_THROW(minimised(run, 1), ConfigurationError) << "it has no Hessian";
  run = run_in(folder / "run", OptimizerKind("lbfgs"), 1);
  run.fit.tolerance = 0;
  EXPECT_THROW(minimised(run, 3), ConfigurationError);
  EXPECT_FALSE(std::filesystem::exists(folder / "run"));
}

/// One rank holds other numbers than the rest: nothing is saved.
TEST(RunOfAnObjective, EndsWhereRanksDiverge) {
  const TemporaryFolder folder;
  EXPECT_THROW(testing::run_ranks(3,
                                  [&](Communicator& comm) {
                                    SerialCommunicator alone;
                                    ChainOfSprings objective(alone);
                                    RecordingConsole console;
                                    Vector start = Vector::Zero(kSize);
                                    start[0] = comm.rank() == 2 ? 1e-3 : 0;
                                    run_objective(objective, run_in(folder / "run", OptimizerKind("lbfgs"), 5), start,
                                                  Execution(comm, 1), console);
                                  }),
               InternalError);
}

}  // namespace
}  // namespace lockstep
