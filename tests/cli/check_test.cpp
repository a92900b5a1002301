/// trainer check: what it says of trained models, and with which code it exits.
#include "cli/trainer.h"
#include "fit/model_description.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::HasSubstr;

class Check : public ::testing::Test {
 protected:
  std::string train(const Arguments& options, const std::string& data = "breast_cancer.csv") {
    const std::string run = scratch_.path("run");
    launch_well(
        0, 1, Arguments{"train", "--data", shipped(data), "--run", run, "--overwrite", "--resume", "never"} + options);
    return run + "/model.h5";
  }

  static ProcessResult check(const Arguments& options, int ranks = 0, const std::string& data = "breast_cancer.csv") {
    return launch(ranks, 1, Arguments{"check", "--data", shipped(data)} + options);
  }

  static std::string verdict(const ProcessResult& result) {
    return nlohmann::json::parse(result.out).at("certificate").at("verdict");
  }

  const Scratch scratch_;
};

TEST_F(Check, CallsATrainedModelAMinimumAndExitsZero) {
  const std::string model = train({"--l2", "1e-2"});
  const auto result = check({"--model-file", model});
  EXPECT_EQ(result.exit_code, 0) << result.text();
  EXPECT_THAT(result.out, HasSubstr("verdict: minimum"));
  EXPECT_THAT(result.out, HasSubstr("checked in float64"));
  EXPECT_THAT(result.out, HasSubstr("logistic, l2 0.01: 31 parameters"));
}

TEST_F(Check, FailsWith69WhereTrainingStoppedTooEarly) {
  const std::string model = train({"--l2", "1e-2", "--max-iterations", "1"});
  const auto result = check({"--model-file", model});
  EXPECT_EQ(result.exit_code, 69) << result.text();
  EXPECT_THAT(result.out, HasSubstr("verdict: not stationary"));
}

TEST_F(Check, SaysTheSameOnEveryNumberOfRanks) {
  const std::string model = train({"--l2", "1e-2"});
  const auto serial = check({"--model-file", model, "--json"});
  EXPECT_EQ(serial.exit_code, 0) << serial.text();
  for (const int ranks : {2, 3}) {
    EXPECT_EQ(check({"--model-file", model, "--json"}, ranks).out, serial.out) << ranks;
  }
}

/// Settings that shape the objective come from the file: penalty, class weights, rows held out for validation.
TEST_F(Check, JudgesTheObjectiveThatWasMinimised) {
  const std::string model =
      train({"--l2", "1e-3", "--class-weight", "balanced", "--validation", "0.25", "--seed", "3"});
  const auto result = check({"--model-file", model, "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.text();
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json.at("is_training_data"), true);
  EXPECT_NEAR(json.at("certificate").at("objective").get<double>(),
              summary_of(scratch_.path("run")).at("objective").get<double>(), 1e-12);
}

TEST_F(Check, CallsASparseLassoModelAMinimum) {
  const std::string model =
      train({"--model", "linear", "--l1", "0.5", "--tolerance", "1e-7", "--max-iterations", "5000"}, "diabetes.csv");
  const auto result = check({"--model-file", model, "--json"}, 0, "diabetes.csv");
  EXPECT_EQ(result.exit_code, 0) << result.text();
  EXPECT_EQ(verdict(result), "minimum");
}

/// A common shift of the classes' coefficients changes nothing, and is no zero eigenvalue.
TEST_F(Check, DoesNotCountTheShiftOfSoftmaxAsADefect) {
  const std::string model = train({"--model", "softmax", "--l2", "1e-3"}, "iris.csv");
  const auto result = check({"--model-file", model, "--json"}, 0, "iris.csv");
  EXPECT_EQ(result.exit_code, 0) << result.text();
  EXPECT_GT(nlohmann::json::parse(result.out).at("certificate").at("smallest_eigenvalue").get<double>(), 1e-5);
}

TEST_F(Check, PassesForEveryModelAtARandomPoint) {
  for (const ModelKind kind : known_models()) {
    const bool has_classes = label_kind(kind, NetworkLoss::cross_entropy) == LabelKind::classes;
    const auto result = has_classes ? check({"--model", kind->name, "--l2", "1e-3"})
                                    : check({"--model", kind->name}, 0, "diabetes.csv");
    EXPECT_EQ(result.exit_code, 0) << kind->name << '\n' << result.text();
  }
}

/// A float32 network that was trained for a few epochs: its derivatives are right, and it is no minimum.
TEST_F(Check, TakesNetworksInFloat64) {
  const std::string model = train({"--model", "mlp", "--hidden", "8", "--activation", "tanh", "--epochs", "3"});
  const auto result = check({"--model-file", model, "--json"});
  EXPECT_EQ(result.exit_code, 69) << result.text();
  EXPECT_EQ(verdict(result), "not stationary");
  for (const auto& point : nlohmann::json::parse(result.out).at("derivatives")) {
    for (const auto& one : point.at("checks")) {
      EXPECT_EQ(one.at("ok"), true) << one;
    }
  }
}

TEST_F(Check, RefusesOptionsThatTheModelFileBrings) {
  const std::string model = train({"--l2", "1e-2"});
  const auto result = check({"--model-file", model, "--l2", "1"});
  EXPECT_EQ(result.exit_code, 64) << result.text();
  EXPECT_THAT(result.text(), HasSubstr("--l2 1: comes with --model-file"));
}

/// Other data may lack the weights of training: neither command guesses in silence, and neither refuses.
TEST(MissingWeights, AreSaidByEvaluateAndCheckAlike) {
  const Scratch scratch;
  std::string weighted = "a,w,y\n";
  std::string plain = "a,y\n";
  for (int i = 0; i < 20; ++i) {
    const std::string a = std::to_string(i % 7);
    const std::string y = std::to_string(3 * i % 11);
    weighted += a + "," + std::to_string(1 + i % 3) + "," + y + "\n";
    plain += a + "," + y + "\n";
  }
  const std::string run = scratch.path("run");
  launch_well(0, 1,
              {"train", "--data", scratch.write("weighted.csv", weighted), "--weight-column", "w", "--model", "linear",
               "--run", run});
  const Arguments on_plain = {"--model-file", run + "/model.h5", "--data", scratch.write("plain.csv", plain)};
  const ProcessResult evaluated = launch_well(0, 1, Arguments{"evaluate"} + on_plain);
  const ProcessResult checked = launch(0, 1, Arguments{"check"} + on_plain);
  EXPECT_EQ(checked.exit_code, 69) << "the objective is another one";
  EXPECT_THAT(checked.out, HasSubstr("verdict: not stationary"));
  for (const ProcessResult& result : {evaluated, checked}) {
    EXPECT_THAT(result.err, HasSubstr("plain.csv: no column 'w', which weighted the rows in training"))
        << result.text();
  }
}

}  // namespace
}  // namespace lockstep::testing
