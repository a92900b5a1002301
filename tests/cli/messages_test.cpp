/// Messages that say what is the matter and what helps.
#include "cli/trainer.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Messages, LossThatRisesFromEpochToEpochIsSaidOnceWithWhatHelps) {
  const Scratch scratch;
  const Arguments options = {"train",
                             "--data",
                             shipped("diabetes.csv"),
                             "--model",
                             "linear",
                             "--optimizer",
                             "sgd",
                             "--run",
                             scratch.path("run"),
                             "--epochs",
                             "8",
                             "--batch-size",
                             "442",
                             "--lanes",
                             "1",
                             "--learning-rate",
                             "1e-3"};
  const ProcessResult result = launch(0, 1, options);
  EXPECT_EQ(result.exit_code, 69) << "it ends far above its start";
  const auto first = result.err.find("the loss has risen for 3 epochs");
  ASSERT_NE(first, std::string::npos) << result.text();
  EXPECT_EQ(result.err.find("the loss has risen", first + 1), std::string::npos);
  EXPECT_THAT(result.err, HasSubstr("lower --learning-rate"));
}

/// A loss that goes up and down does not rise from epoch to epoch.
TEST(Messages, AMiniBatchRunThatEndsWorseThanItBeganIsSaidWithWhatHelps) {
  const Scratch scratch;
  std::string text = "a,y\n";
  for (int i = 0; i < 40; ++i) {
    text += std::to_string(100000 * (1 + i % 3)) + "," + std::to_string(20 + i % 5) + "\n";
  }
  const std::string data = scratch.write("data.csv", text);
  for (const int ranks : {0, 3}) {
    const std::string run = scratch.path("run" + std::to_string(ranks));
    const auto result = launch_well(
        ranks, 1,
        {"train", "--data", data, "--model", "huber", "--optimizer", "adamw", "--learning-rate", "1", "--run", run});
    EXPECT_THAT(result.err, HasSubstr("the run ended worse than it began (objective 573.3, 28.79 in its first epoch): "
                                      "lower --learning-rate (it is 1)"));
  }
}

TEST(Messages, ColumnsOfUnlikeScalesAreSaidToANetworkAlone) {
  const Scratch scratch;
  std::string text = "small,large,target\n";
  for (int i = 0; i < 40; ++i) {
    text += std::to_string(0.001 * (i % 7)) + "," + std::to_string(1000 * (i % 5)) + "," + (i % 3 ? "a" : "b") + "\n";
  }
  const std::string data = scratch.write("data.csv", text);
  for (const int ranks : {0, 3}) {
    const std::string run = scratch.path("run" + std::to_string(ranks));
    const auto result =
        launch_well(ranks, 1, {"train", "--data", data, "--model", "mlp", "--epochs", "1", "--run", run});
    EXPECT_THAT(result.err, HasSubstr("column 'large' reaches 4e+03, column 'small' only 0.006")) << result.text();
    EXPECT_THAT(result.out, HasSubstr("limit reached: 1 epochs"));
  }
  const auto newton = launch_well(0, 1, {"train", "--data", data, "--l2", "1", "--run", scratch.path("newton")});
  EXPECT_THAT(newton.text(), Not(HasSubstr("differ in scale")));
}

TEST(Messages, DependentColumnsAreNamedByEveryOptimizerThatJudgesByTheHessian) {
  const Scratch scratch;
  std::string text = "a,b,y\n";
  for (int i = 0; i < 30; ++i) {
    text += std::to_string(i) + "," + std::to_string(2 * i) + "," + std::to_string(3 * i + i % 4) + "\n";
  }
  const std::string data = scratch.write("data.csv", text);
  const auto damped = [&](const std::string& l2, const std::string& optimizer = "newton") {
    return launch_well(0, 1,
                       {"train", "--data", data, "--model", "linear", "--optimizer", optimizer, "--l2", l2, "--run",
                        scratch.path(l2 + optimizer)})
        .err;
  };
  for (const std::string optimizer : {"newton", "newton-cg", "lbfgs", "gd"}) {
    EXPECT_THAT(damped("0", optimizer),
                HasSubstr("linearly dependent on others: b (with a); --l2 makes the solution unique"))
        << optimizer;
  }
  const std::string penalised = damped("1e-200");
  EXPECT_THAT(penalised, HasSubstr("l2 = 1e-200 is too small beside the columns"));
  EXPECT_THAT(penalised, Not(HasSubstr("makes the solution unique")));
}

}  // namespace
}  // namespace lockstep::testing
