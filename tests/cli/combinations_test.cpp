/// What does not fit together is refused, and what only plans leaves nothing behind.
#include "cli/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class Combinations : public ::testing::Test {
 protected:
  void expect_refused(const Arguments& options, int exit_code, const std::string& message) {
    const ProcessResult result = launch(0, 1, Arguments{"train", "--run", run_} + options);
    EXPECT_EQ(result.exit_code, exit_code) << result.text();
    EXPECT_THAT(error_lines(result), SizeIs(1)) << result.text();
    EXPECT_THAT(result.text(), HasSubstr(message));
    EXPECT_FALSE(exists(run_ + "/model.h5"));
  }

  const Scratch scratch_;
  const std::string run_ = scratch_.path("run");
  const Arguments cancer_ = {"--data", shipped("breast_cancer.csv")};
  const Arguments diabetes_ = {"--data", shipped("diabetes.csv")};
};

TEST_F(Combinations, ThatDoNotFitAre78) {
  expect_refused(cancer_ + Arguments{"--model", "mlp", "--optimizer", "newton"}, 78, "an mlp learns by");
  expect_refused(cancer_ + Arguments{"--model", "perceptron", "--optimizer", "lbfgs"}, 78, "the perceptron learns by");
  expect_refused(cancer_ + Arguments{"--l1", "0.1", "--optimizer", "newton"}, 78, "l1 = 0.1: needs --optimizer lbfgs");
  expect_refused(cancer_ + Arguments{"--momentum", "0.9"}, 78, "momentum = 0.9: is for --optimizer sgd");
  expect_refused(cancer_ + Arguments{"--patience", "3"}, 78, "patience = 3: needs --validation");
  expect_refused(cancer_ + Arguments{"--batch-size", "7"}, 78, "batch-size = 7: is for the mini-batch optimizers");
  expect_refused(diabetes_ + Arguments{"--model", "linear", "--class-weight", "balanced"}, 78, "is for classifiers");
  expect_refused(cancer_ + Arguments{"--class-weight", "benin:2"}, 78, "classes of the data (benign, malignant)");
}

TEST_F(Combinations, LabelsThatDoNotFitTheModelAre65WithTheirPosition) {
  const std::string data = scratch_.write("counts.csv", "a,y\n1,2\n2,-1\n");
  expect_refused({"--data", data, "--model", "poisson"}, 65, "counts.csv:3:3: labels must be at least 0");
  const std::string zero = scratch_.write("zero.csv", "a,y\n1,2\n2,0\n");
  expect_refused({"--data", zero, "--model", "gamma"}, 65, "zero.csv:3:3: labels must be above 0");
  expect_refused({"--data", shipped("iris.csv"), "--model", "squared-hinge"}, 65, "use --model softmax");
}

TEST_F(Combinations, NothingToLearnFromIs65) {
  const std::string data = scratch_.write("weights.csv", "a,w,y\n1,0,0\n2,0,1\n");
  expect_refused({"--data", data, "--weight-column", "w"}, 65, "every row has weight 0");
}

TEST_F(Combinations, SeparableClassesWithoutPenaltyAre69ForSoftmaxToo) {
  const std::string data = scratch_.write("separable.csv", "a,y\n1,p\n2,p\n3,q\n4,q\n5,r\n6,r\n");
  expect_refused({"--data", data, "--model", "softmax"}, 69, "use --l2");
}

TEST_F(Combinations, OffsetsThatSeparateAreNoSeparation) {
  std::string rows = "a,o,y\n";
  for (int i = 0; i < 40; ++i) {
    rows += std::to_string((i * 7) % 11) + (i % 2 == 0 ? ",6,1\n" : ",-6,0\n");
  }
  launch_well(3, 1, {"train", "--data", scratch_.write("offset.csv", rows), "--offset-column", "o", "--run", run_});
  EXPECT_EQ(summary_of(run_).at("status"), "converged");
}

TEST_F(Combinations, PlanTellsWhatARunTakesAndTrainsNothing) {
  const auto result = launch_well(0, 1, Arguments{"train", "--run", run_, "--plan", "--l2", "0.5"} + cancer_);
  EXPECT_THAT(result.out, HasSubstr("plan: "));
  EXPECT_THAT(result.out, HasSubstr("launch: mpirun -n 1 "));
  EXPECT_THAT(result.out, HasSubstr(" --l2 0.5 "));
  EXPECT_FALSE(exists(run_));
}

TEST_F(Combinations, WarmStartBeginsAtTheModelAndNeedsItsFeatures) {
  launch_well(0, 1, Arguments{"train", "--run", run_, "--l2", "1e-2"} + cancer_);
  const std::string warm = scratch_.path("warm");
  const Arguments init = {"--init", run_ + "/model.h5"};
  launch_well(2, 1, Arguments{"train", "--run", warm, "--l2", "1e-2", "--max-iterations", "0"} + cancer_ + init);
  EXPECT_EQ(sha_of(warm), sha_of(run_));
  const auto refused =
      launch(0, 1, Arguments{"train", "--run", scratch_.path("other"), "--model", "linear"} + diabetes_ + init);
  EXPECT_EQ(refused.exit_code, 78) << refused.text();
}

TEST_F(Combinations, ChangedShapeOnResumeIs78NamingIt) {
  const Arguments base =
      Arguments{"train", "--run", run_, "--model", "mlp", "--hidden", "4", "--epochs", "2"} + cancer_;
  launch_well(0, 1, base);
  const Arguments changes[] = {{"--hidden", "5"}, {"--validation", "0.2"}, {"--lanes", "2"}, {"--batch-size", "9"}};
  for (const Arguments& change : changes) {
    const auto result = launch(0, 1, base + change);
    EXPECT_EQ(result.exit_code, 78) << result.text();
    EXPECT_THAT(result.text(), HasSubstr("cannot resume with other settings: " + change[0].substr(2)));
  }
}

TEST_F(Combinations, EarlyStoppingFollowsTheValidationDataItWasStartedOn) {
  const std::string held_out = scratch_.write("held_out.csv", content_of(shipped("breast_cancer.csv")));
  const Arguments base =
      Arguments{"train", "--run", run_, "--optimizer", "adam", "--patience", "50", "--validation", held_out} + cancer_;
  launch_well(0, 1, base + Arguments{"--epochs", "2"});
  const std::string all = content_of(held_out);
  scratch_.write("held_out.csv", all.substr(0, all.find('\n', all.size() / 2) + 1));
  const auto result = launch(0, 1, base + Arguments{"--epochs", "4"});
  EXPECT_EQ(result.exit_code, 65) << result.text();
  EXPECT_THAT(result.text(), HasSubstr("the validation data"));
}

}  // namespace
}  // namespace lockstep::testing
