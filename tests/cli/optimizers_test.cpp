/// The promise for every optimizer: same bits on any layout, from any checkpoint, and when a run is extended.
#include "cli/invariance.h"
#include "cli/optimizer_cases.h"
#include "lockstep/fit/model_registry.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

class EveryOptimizer : public ::testing::TestWithParam<OptimizerCase> {
 protected:
  Arguments train(const std::string& run, int amount) const {
    return Arguments{"train", "--run", run, GetParam().limit, std::to_string(amount)} + GetParam().options;
  }
  int amount() const { return GetParam().amount; }
  const Scratch scratch_;
};

TEST_P(EveryOptimizer, GivesTheSameBitsOnAnyLayout) {
  const OptimizerCase& test = GetParam();
  expect_same_bits_on({{0, 1}, {2, 2}, {3, 1}, {5, 1}},
                      test.options + Arguments{test.limit, std::to_string(test.amount)});
}

/// A few checkpoints of the run, mid-epoch ones among them, each gone on from on another layout.
TEST_P(EveryOptimizer, GoesOnFromAnyCheckpointToTheSameBits) {
  const std::string once = scratch_.path("once");
  const bool by_epoch = GetParam().limit == "--epochs";
  launch_well(0, 1, train(once, amount()) + Arguments{"--keep", "1000", "--checkpoint-every", by_epoch ? "5i" : "1i"});
  std::vector<std::string> checkpoints = checkpoints_of(once);
  ASSERT_GE(checkpoints.size(), 3u);
  const std::vector<Layout> layouts = {{2, 1}, {0, 3}, {3, 2}};
  for (std::size_t i = 0; i < layouts.size(); ++i) {
    const std::string& from = checkpoints[1 + i * (checkpoints.size() - 2) / layouts.size()];
    SCOPED_TRACE(from + " on " + to_string(layouts[i]));
    const std::string run = scratch_.path("resumed" + std::to_string(i));
    launch_well(layouts[i].ranks, layouts[i].threads, train(run, amount()) + Arguments{"--resume", from});
    EXPECT_EQ(sha_of(run), sha_of(once));
    EXPECT_EQ(summary_of(run).at("objective"), summary_of(once).at("objective"));
    EXPECT_TRUE(content_of(checkpoints_of(run).front()) == content_of(checkpoints.front())) << "the final state";
  }
}

TEST_P(EveryOptimizer, ExtendedRunEqualsOneAtOnce) {
  const std::string once = scratch_.path("once");
  const std::string extended = scratch_.path("extended");
  launch_well(0, 2, train(once, amount()));
  launch_well(2, 1, train(extended, amount() / 2));
  launch_well(0, 1, train(extended, amount()));
  EXPECT_EQ(sha_of(extended), sha_of(once));
  EXPECT_TRUE(content_of(extended + "/model.h5") == content_of(once + "/model.h5"));
}

/// Labels are optional in predict, for every kind of model and any number of ranks.
TEST(Predict, NeedsNoLabels) {
  const Scratch scratch;
  const std::string rows = scratch.write("rows.csv", "a,b,y\n1,2,1\n2,1,2\n3,3,1\n0,1,2\n1,1,2\n4,2,1\n");
  const std::string unlabelled = scratch.write("unlabelled.csv", "a,b\n1,2\n2,1\n3,3\n0,1\n");
  for (const ModelKind kind : known_models()) {
    const std::string model = kind->name;
    SCOPED_TRACE(model);
    const std::string run = scratch.path(model);
    const Arguments penalty = model == "perceptron" ? Arguments{} : Arguments{"--l2", "0.1"};
    launch_well(0, 1, Arguments{"train", "--data", rows, "--model", model, "--epochs", "2", "--run", run} + penalty);
    std::string first;
    for (const int ranks : {0, 3}) {
      const std::string output = scratch.path(model + std::to_string(ranks) + ".csv");
      launch_well(ranks, 1, {"predict", "--model-file", run + "/model.h5", "--data", unlabelled, "--output", output});
      first = first.empty() ? content_of(output) : first;
      EXPECT_EQ(content_of(output), first);
      EXPECT_EQ(std::ranges::count(first, '\n'), 5);
    }
    launch_well(0, 0, {"inspect", run + "/model.h5"});
  }
}

/// Far from its minimum the Huber loss is linear in every row: no curvature at all.
TEST(Newton, FindsItsWayWhereTheHessianIsZero) {
  const Scratch scratch;
  const std::string run = scratch.path("run");
  launch_well(0, 1,
              {"train", "--data", shipped("diabetes.csv"), "--model", "huber", "--run", run, "--tolerance", "1e-9",
               "--max-iterations", "300"});
  EXPECT_EQ(summary_of(run).at("status"), "converged");
  EXPECT_NEAR(summary_of(run).at("objective").get<double>(), 57.213625821673, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Cases, EveryOptimizer, ::testing::ValuesIn(optimizer_cases()),
                         [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace lockstep::testing
