/// The other commands, on the model of one training run.
#include "base/hash.h"
#include "cli/trainer.h"
#include "io/hdf5_image.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <span>
#include <sstream>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class Commands : public ::testing::Test {
 protected:
  void SetUp() override {
    launch_well(0, 1, {"train", "--data", data_, "--l2", "1e-2", "--run", run_});
    ASSERT_TRUE(exists(model_));
  }

  std::string predict(int ranks, const std::string& name, const Arguments& more = {}) {
    const std::string output = scratch_.path(name);
    launch_well(ranks, 1, Arguments{"predict", "--model-file", model_, "--data", data_, "--output", output} + more);
    return content_of(output);
  }

  nlohmann::json inspect(const std::string& path) {
    return nlohmann::json::parse(launch_well(0, 0, {"inspect", "--json", path}).out);
  }

  const Scratch scratch_;
  const std::string data_ = shipped("breast_cancer.csv");
  const std::string run_ = scratch_.path("run");
  const std::string model_ = run_ + "/model.h5";
};

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> result;
  for (std::string line; std::getline(stream, line);) {
    result.push_back(line);
  }
  return result;
}

Hdf5ImageReader open_hdf5(const std::string& path) {
  const std::string bytes = content_of(path);
  return Hdf5ImageReader(std::as_bytes(std::span(bytes)), path);
}

std::string label_of(const std::string& csv_row) {
  return csv_row.substr(csv_row.rfind(',') + 1);
}

TEST_F(Commands, PredictionsInRowOrderAreTheSameOnEveryNumberOfRanks) {
  const std::string serial = predict(0, "serial.csv", {"--proba"});
  EXPECT_EQ(predict(1, "one.csv", {"--proba"}), serial);
  EXPECT_EQ(predict(3, "three.csv", {"--proba"}), serial);
  EXPECT_EQ(predict(8, "eight.csv", {"--proba"}), serial);
}

TEST_F(Commands, PredictionsAreLabelsAsInTheDataAndAsAccurateAsTheSummarySays) {
  const auto predicted = lines_of(predict(0, "out.csv"));
  const auto rows = lines_of(content_of(data_));
  ASSERT_EQ(predicted.size(), rows.size());
  EXPECT_EQ(predicted[0], "prediction");
  int equal = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    ASSERT_TRUE(predicted[i] == "benign" || predicted[i] == "malignant") << predicted[i];
    equal += predicted[i] == label_of(rows[i]);
  }
  EXPECT_DOUBLE_EQ(equal / 569.0, summary_of(run_).at("metrics").at("accuracy").get<double>());
}

TEST_F(Commands, ProbabilitiesHaveAColumnAClassAndSumToOne) {
  const auto lines = lines_of(predict(0, "out.csv", {"--proba"}));
  ASSERT_THAT(lines, SizeIs(570));
  EXPECT_EQ(lines[0], "prediction,p_benign,p_malignant");
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto first = lines[i].find(',');
    const auto second = lines[i].find(',', first + 1);
    const double benign = std::stod(lines[i].substr(first + 1));
    const double malignant = std::stod(lines[i].substr(second + 1));
    EXPECT_NEAR(benign + malignant, 1.0, 1e-15);
    EXPECT_EQ(lines[i].substr(0, first), malignant > benign ? "malignant" : "benign");
  }
}

TEST_F(Commands, PredictionsAsHdf5HoldTheSameProbabilitiesAsCsv) {
  const auto lines = lines_of(predict(0, "out.csv", {"--proba"}));
  const std::string bytes = predict(0, "out.h5", {"--proba"});
  EXPECT_TRUE(predict(3, "three.h5", {"--proba"}) == bytes);
  auto file = open_hdf5(scratch_.path("out.h5"));
  EXPECT_THAT(file.shape("probability"), ElementsAre(569, 2));
  EXPECT_THAT(file.read_texts("class_names"), ElementsAre("benign", "malignant"));
  const auto probability = file.read_doubles("probability");
  ASSERT_EQ(lines.size(), 570u);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    EXPECT_EQ(std::stod(lines[i].substr(lines[i].rfind(',') + 1)), probability[2 * i - 1]) << "row " << i;
  }
}

TEST_F(Commands, IdsStandBesideThePredictionsInBothKindsOfOutput) {
  const std::string all = content_of(data_);
  std::string named = "name," + all.substr(0, all.find('\n') + 1);
  const auto rows = lines_of(all);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    named += (i % 3 == 0 ? "" : "patient-" + std::to_string(i)) + "," + rows[i] + "\n";
  }
  const std::string data = scratch_.write("named.csv", named);
  for (const int ranks : {0, 3}) {
    const Arguments base = {"predict", "--model-file", model_, "--data", data, "--id-column", "name", "--output"};
    launch_well(ranks, 1, base + Arguments{scratch_.path("out.csv")});
    launch_well(ranks, 1, base + Arguments{scratch_.path("out.h5")});
    const auto lines = lines_of(content_of(scratch_.path("out.csv")));
    const auto id = open_hdf5(scratch_.path("out.h5")).read_texts("id");
    ASSERT_EQ(id.size(), 569u);
    for (std::size_t i = 0; i < id.size(); ++i) {
      EXPECT_EQ(lines[i + 1].substr(0, lines[i + 1].find(',')), id[i]) << "row " << i;
      EXPECT_EQ(id[i], (i + 1) % 3 == 0 ? "" : "patient-" + std::to_string(i + 1));
    }
  }
}

TEST_F(Commands, EvaluateOnTheTrainingDataGivesTheMetricsOfTheSummaryOnEveryNumberOfRanks) {
  for (const int ranks : {0, 1, 3}) {
    const auto result = launch_well(ranks, 1, {"evaluate", "--model-file", model_, "--data", data_, "--json"});
    EXPECT_EQ(nlohmann::json::parse(result.out), summary_of(run_).at("metrics"));
  }
}

TEST_F(Commands, ParametersSha256IsThatOfTheDatasetsInModelFile) {
  auto file = open_hdf5(model_);
  auto values = file.read_doubles("coef");
  const auto intercept = file.read_doubles("intercept");
  EXPECT_THAT(file.shape("coef"), ElementsAre(1, 30));
  values.insert(values.end(), intercept.begin(), intercept.end());
  for (double& value : values) {
    value += 0.0;  // −0 is written as 0
  }
  EXPECT_EQ(to_hex(sha256(std::as_bytes(std::span(values)))), sha_of(run_));
  EXPECT_EQ(inspect(model_).at("parameters_sha256"), sha_of(run_));
}

TEST_F(Commands, InspectSaysWhatAFolderACheckpointAModelAndADataFileHold) {
  EXPECT_EQ(inspect(run_).at("kind"), "run folder");
  EXPECT_EQ(inspect(run_).at("summary"), summary_of(run_));
  const auto checkpoint = inspect(checkpoints_of(run_).at(0));
  EXPECT_EQ(checkpoint.at("kind"), "checkpoint");
  EXPECT_EQ(checkpoint.at("valid"), true);
  EXPECT_EQ(checkpoint.at("step"), summary_of(run_).at("iterations"));
  EXPECT_EQ(inspect(model_).at("kind"), "model");
  EXPECT_EQ(inspect(model_).at("features"), 30);
  EXPECT_EQ(inspect(data_).at("kind"), "data");
  EXPECT_EQ(inspect(data_).at("rows"), 569);
  EXPECT_EQ(inspect(data_).at("columns").size(), 31u);
  const std::string gaps = scratch_.write("gaps.csv", "x,day,y\n1,2011-01-01,a\n?,2011-01-02,b\n");
  EXPECT_THAT(launch_well(0, 0, {"inspect", gaps}).out,
              HasSubstr("\n  day: feature, dates, 2 different; leave it out with --drop day\n"));
  const auto refused = inspect(gaps);
  EXPECT_EQ(refused.at("columns").at(0).at("missing"), 1);
  EXPECT_EQ(refused.at("columns").at(1).at("content"), "dates");
  EXPECT_NE(refused.at("train_says").get<std::string>().find("--drop day"), std::string::npos);
  EXPECT_EQ(inspect(data_).at("classes"), nlohmann::json({"benign", "malignant"}));
}

TEST_F(Commands, InspectVerifyOfADamagedCheckpointIs65) {
  const std::string path = checkpoints_of(run_).at(0);
  EXPECT_EQ(launch(0, 0, {"inspect", "--verify", path}).exit_code, 0);
  std::string bytes = content_of(path);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  const std::string damaged = scratch_.write("checkpoint-9.h5", bytes);
  const auto result = launch(0, 0, {"inspect", "--verify", damaged});
  EXPECT_EQ(result.exit_code, 65) << result.text();
}

TEST_F(Commands, InspectVerifyOfARunNamesEveryFileThatIsDamaged) {
  const auto verified = [&](int exit_code) {
    const ProcessResult result = launch(0, 0, {"inspect", "--verify", "--json", run_});
    EXPECT_EQ(result.exit_code, exit_code) << result.text();
    return nlohmann::json::parse(result.out);
  };
  for (const auto& file : verified(0).at("files")) {
    EXPECT_EQ(file.at("valid"), true) << file;
  }
  EXPECT_EQ(verified(0).at("files").size(), 4u);
  for (const auto& [name, from, to] :
       {std::tuple("config.toml", "model = ", "model = ="), std::tuple("metrics.jsonl", "\"step\":1,", "\"step\":9,"),
        std::tuple("model.h5", "coef", "coeg"),
        std::tuple("summary.json", "parameters_sha256\": \"", "parameters_sha256\": \"0")}) {
    const std::string path = run_ + "/" + name;
    const std::string whole = content_of(path);
    std::string damaged = whole;
    ASSERT_NE(damaged.find(from), std::string::npos) << name;
    damaged.replace(damaged.find(from), std::string(from).size(), to);
    std::ofstream(path, std::ios::binary) << damaged;
    for (const auto& file : verified(65).at("files")) {
      EXPECT_EQ(file.at("valid"), file.at("file") != name) << file;
      EXPECT_EQ(file.contains("error"), file.at("file") == name) << file;
    }
    std::ofstream(path, std::ios::binary) << whole;
  }
}

/// Rows of two small features, so that coefficients are large and of both signs; `features` take the place of those of
/// rows 7 and 15.
std::string rows_of_small_features(const std::string& features) {
  std::string text = "a,b,y\n";
  for (int i = 1; i <= 40; ++i) {
    const int a = (7 * i) % 11;
    const int b = (5 * i) % 13;
    const std::string own = std::to_string(1e-3 * a) + "," + std::to_string(1e-3 * b);
    text += (i == 7 || i == 15 ? features : own) + "," + std::to_string((a > b) != (i % 10 == 0) ? 1 : 0) + "\n";
  }
  return text;
}

TEST_F(Commands, PredictReadsNoLabels) {
  const std::string all = content_of(data_);
  std::string unknown;
  for (const std::string& line : lines_of(all)) {
    unknown += unknown.empty() ? line : line.substr(0, line.rfind(',') + 1) + (unknown.size() % 2 == 0 ? "?" : "");
    unknown += '\n';
  }
  const std::string output = scratch_.path("unknown.csv");
  launch_well(
      0, 1,
      {"predict", "--model-file", model_, "--data", scratch_.write("unknown_data.csv", unknown), "--output", output});
  EXPECT_EQ(content_of(output), predict(0, "known.csv"));
}

TEST_F(Commands, CheckpointInPlaceOfAModelIsNamed) {
  const auto result = launch(
      0, 1,
      {"predict", "--model-file", checkpoints_of(run_).at(0), "--data", data_, "--output", scratch_.path("out.csv")});
  EXPECT_EQ(result.exit_code, 65);
  EXPECT_THAT(error_lines(result), ElementsAre(HasSubstr("is a checkpoint, not a model")));
}

/// Finite values of which the model's sum is not: no prediction and no metric is NaN.
TEST(Predict, NamesTheRowWhoseMarginOverflowsAsEvaluateDoes) {
  const Scratch scratch;
  const std::string training = scratch.write("training.csv", rows_of_small_features("0,0"));
  const std::string output = scratch.path("out.csv");
  for (const char* model : {"logistic", "softmax", "linear", "poisson", "mlp"}) {
    const std::string run = scratch.path(model);
    launch_well(0, 1, {"train", "--data", training, "--model", model, "--l2", "1e-9", "--run", run});
    for (const char* features : {"1e308,1e308", "1e308,0", "0,1e308"}) {
      const std::string data = scratch.write("huge.csv", rows_of_small_features(features));
      const Arguments on_data = {"--model-file", run + "/model.h5", "--data", data};
      const bool is_first = model == std::string("logistic");
      for (const int ranks : is_first ? std::vector{0, 3} : std::vector{0}) {
        const auto evaluated = launch(ranks, 1, Arguments{"evaluate"} + on_data);
        const auto predicted = launch(ranks, 1, Arguments{"predict", "--output", output} + on_data);
        for (const ProcessResult& result : {evaluated, predicted}) {
          EXPECT_EQ(result.exit_code, 65) << model << " at " << features << '\n' << result.text();
          EXPECT_THAT(error_lines(result), ElementsAre(HasSubstr("huge.csv: row 7: the model's sum")));
        }
        EXPECT_FALSE(exists(output));
      }
    }
  }
}

TEST(CommandLine, WithoutArgumentsPrintsTheHelpOnceAndExitsZero) {
  for (const int ranks : {0, 3}) {
    const auto result = launch_well(ranks, 0, {});
    const auto first = result.out.find("Usage: trainer");
    EXPECT_NE(first, std::string::npos) << result.text();
    EXPECT_EQ(result.out.find("Usage: trainer", first + 1), std::string::npos) << result.text();
  }
}

/// An mpirun of another MPI starts N jobs of one rank each, which would overwrite one another.
TEST(CommandLine, SeveralCopiesThatDoNotSeeEachOtherAreRefusedWith78) {
  const Scratch scratch;
  const std::string run = scratch.path("run");
  const auto command = command_line(0, 1, {"train", "--data", shipped("breast_cancer.csv"), "--run", run});
  const auto result = run_process(command, environment() + Arguments{"OMPI_COMM_WORLD_SIZE=4"});
  EXPECT_EQ(result.exit_code, 78) << result.text();
  EXPECT_THAT(error_lines(result), SizeIs(1)) << result.text();
  EXPECT_FALSE(exists(run));
}

TEST_F(Commands, DiffNamesTheFirstStepThatDiffersAndWhatIsUnlike) {
  const std::string same = scratch_.path("same");
  const std::string other = scratch_.path("other");
  launch_well(3, 1, {"train", "--data", data_, "--l2", "1e-2", "--max-iterations", "2", "--run", same});
  launch_well(0, 1, {"train", "--data", data_, "--l2", "2e-2", "--run", other});
  const ProcessResult equal = launch_well(0, 0, {"diff", run_, same});
  EXPECT_THAT(equal.out, HasSubstr("the same bits in all 2 iterations that both have"));

  const ProcessResult unequal = launch(2, 0, {"diff", run_, other});
  EXPECT_EQ(unequal.exit_code, 69) << unequal.text();
  EXPECT_THAT(unequal.out, HasSubstr("l2: 0.01 against 0.02"));
  EXPECT_THAT(unequal.out, HasSubstr("iteration 1 is the first that differs"));

  const auto json = nlohmann::json::parse(launch(0, 0, {"diff", "--json", run_, other}).out);
  EXPECT_EQ(json.at("same"), 0);
  EXPECT_EQ(json.at("first_difference").at("number"), 1);
  const ProcessResult missing = launch(0, 0, {"diff", run_, scratch_.path("none")});
  EXPECT_EQ(missing.exit_code, 66) << missing.text();
}

}  // namespace
}  // namespace lockstep::testing
