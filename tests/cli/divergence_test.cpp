/// Results that are finite and yet none: runs that end far above their start, models whose predictions overflow.
#include "cli/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// By default the learning rate of sgd is too long for unscaled features.
TEST(Divergence, Is69WithItsFirstStepAndTheRemedyOnAnyRanksAndWhenResumed) {
  const Scratch scratch;
  const auto diverging = [&](const std::string& run) {
    return Arguments{"train", "--data", shipped("diabetes.csv"), "--model", "linear", "--optimizer", "sgd", "--epochs",
                     "4",     "--run",  scratch.path(run)};
  };
  const ProcessResult result = launch(0, 2, diverging("serial"));
  EXPECT_EQ(result.exit_code, 69) << result.text();
  const auto errors = error_lines(result);
  EXPECT_THAT(errors, ElementsAre(AllOf(HasSubstr("the run diverged: F = "), HasSubstr("since epoch 1, step 2"),
                                        HasSubstr("lower --learning-rate (it is 0.01) or scale the features"))));
  EXPECT_FALSE(exists(scratch.path("serial") + "/model.h5"));
  EXPECT_EQ(summary_of(scratch.path("serial")).at("status"), "failed");

  EXPECT_EQ(error_lines(launch(3, 1, diverging("ranks"))), errors);
  const auto checkpoint = checkpoints_of(scratch.path("serial")).at(0);
  EXPECT_TRUE(content_of(checkpoint) == content_of(checkpoints_of(scratch.path("ranks")).at(0)));

  const ProcessResult again = launch(3, 1, diverging("serial"));
  EXPECT_EQ(again.exit_code, 69) << again.text();
  EXPECT_EQ(error_lines(again), errors);
}

/// The gamma loss z + y e^-z of rows with z = 1e5 is moderate, and their predictions e^z are infinite.
TEST(Divergence, AModelThatPredictsInfinityForItsTrainingRowsIs69) {
  const Scratch scratch;
  const std::string run = scratch.path("run");
  const ProcessResult result = launch(
      0, 1, {"train", "--data", shipped("diabetes.csv"), "--model", "gamma", "--optimizer", "sgd", "--run", run});
  EXPECT_EQ(result.exit_code, 69) << result.text();
  EXPECT_THAT(error_lines(result),
              ElementsAre(AllOf(HasSubstr("predictions overflow"), HasSubstr("lower --learning-rate (it is 0.01)"),
                                HasSubstr("row 1 of"))));
  EXPECT_FALSE(exists(run + "/model.h5"));
}

TEST(Predict, NamesTheRowWhosePredictionOverflowsAsEvaluateDoesAndTrainWarns) {
  const Scratch scratch;
  const std::string training = scratch.write("training.csv", "x,y\n0,1\n1,2\n2,5\n3,9\n");
  const std::string data = scratch.write("huge.csv", "x,y\n1,3\n1e5,2\n2e5,1\n");
  const std::string run = scratch.path("run");
  const std::string output = scratch.path("out.csv");
  const auto trained =
      launch_well(0, 1, {"train", "--data", training, "--model", "poisson", "--validation", data, "--run", run});
  EXPECT_THAT(trained.text(), HasSubstr("metrics of the held-out rows overflow (deviance, mse, mae)"));
  const Arguments on_data = {"--model-file", run + "/model.h5", "--data", data};
  for (const int ranks : {0, 3}) {
    for (const Arguments& command : {Arguments{"evaluate"}, Arguments{"predict", "--output", output}}) {
      const ProcessResult result = launch(ranks, 1, command + on_data);
      EXPECT_EQ(result.exit_code, 65) << result.text();
      EXPECT_THAT(error_lines(result), ElementsAre(HasSubstr("huge.csv: row 2: the model's prediction e^z overflows")));
    }
    EXPECT_FALSE(exists(output));
  }
}

}  // namespace
}  // namespace lockstep::testing
