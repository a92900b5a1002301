/// Bad input: the right exit code, one error line that says what and where, and nothing left behind.
#include "cli/trainer.h"

#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class BadInput : public ::testing::Test {
 protected:
  /// Serial and on 3 ranks, with --run in front, which stays uncreated.
  void expect_refused(const Arguments& options, int exit_code, const ::testing::Matcher<std::string>& message) {
    expect_refused_with(Arguments{"train", "--run", run_} + options, exit_code, message);
  }

  void expect_refused_with(const Arguments& arguments, int exit_code, const ::testing::Matcher<std::string>& message) {
    for (const int ranks : {0, 3}) {
      const ProcessResult result = launch(ranks, 1, arguments);
      EXPECT_EQ(result.exit_code, exit_code) << result.text();
      const auto errors = error_lines(result);
      ASSERT_THAT(errors, SizeIs(1)) << result.text();
      EXPECT_THAT(errors[0], message);
      EXPECT_FALSE(exists(run_)) << "run folder left behind on " << ranks << " ranks";
    }
  }

  std::string csv(const std::string& content) { return scratch_.write("data.csv", content); }

  const Scratch scratch_;
  const std::string run_ = scratch_.path("run");
};

TEST_F(BadInput, MissingFileIs66) {
  expect_refused({"--data", scratch_.path("none.csv")}, 66, HasSubstr("none.csv: cannot open the file"));
}

TEST_F(BadInput, FolderInPlaceOfDataIs66) {
  expect_refused({"--data", scratch_.path("")}, 66, HasSubstr("Is a directory"));
}

TEST_F(BadInput, EmptyFileIs65) {
  expect_refused({"--data", csv("")}, 65, HasSubstr("data.csv"));
}

TEST_F(BadInput, HeaderWithoutRowsIs65) {
  expect_refused({"--data", csv("a,target\n")}, 65, HasSubstr("data.csv"));
}

TEST_F(BadInput, RaggedRowIs65WithItsLine) {
  expect_refused({"--data", csv("a,b,target\n1,2,x\n3,4\n5,6,y\n")}, 65, HasSubstr("data.csv:3:1: row has 2 fields"));
}

TEST_F(BadInput, TextInNumberColumnIs65WithItsPlace) {
  expect_refused({"--data", csv("a,b,target\n1,2,x\n3,foo,y\n")}, 65,
                 AllOf(HasSubstr("data.csv:3:3: "), HasSubstr("'b'"), HasSubstr("'foo'")));
}

TEST_F(BadInput, NotANumberIs65WithItsPlace) {
  expect_refused({"--data", csv("a,b,target\n1,2,x\n3,nan,y\n")}, 65,
                 AllOf(HasSubstr("data.csv:3:3: "), HasSubstr("missing value")));
}

TEST_F(BadInput, MissingLabelAmongNumbersIs65WithItsRow) {
  expect_refused({"--data", csv("a,y\n0.5,0\n1.5,1\n2.5,NA\n0.5,0\n"), "--model", "softmax"}, 65,
                 HasSubstr("data.csv:4:5: missing value in the label (saw 'NA')"));
}

TEST_F(BadInput, ForeignFormatIs65WithWhatIsRead) {
  expect_refused({"--data", scratch_.write("data.parquet", "PAR1\x15\x01\x15")}, 65,
                 AllOf(HasSubstr("Parquet"), HasSubstr("read_parquet"), HasSubstr("LIBSVM text, HDF5, IDX")));
}

/// Two lines of warning on any number of ranks: how the first line was taken, and what may be an id.
TEST_F(BadInput, GuessesAreSaidOnceAndDecidedByOptions) {
  std::string rows;
  for (int i = 0; i < 24; ++i) {
    rows += std::to_string(1001 + i) + "," + std::to_string(0.5 + i % 7) + (i % 3 == 0 ? ",red\n" : ",blue\n");
  }
  const std::string data = csv(rows);
  const std::vector<std::string> notices = {
      "data.csv:1: the line has numbers among its fields: taken for a row",
      "data.csv: column 'c1' is a feature and has another whole number in every row"};
  const auto expect_said_once = [&](const std::string& text) {
    for (const std::string& notice : notices) {
      const std::size_t first = text.find(notice);
      ASSERT_NE(first, std::string::npos) << text;
      EXPECT_EQ(text.find(notice, first + 1), std::string::npos) << text;
    }
  };
  for (const int ranks : {0, 3}) {
    const std::string run = scratch_.path("guessed" + std::to_string(ranks));
    const std::string text = launch_well(ranks, 1, {"train", "--data", data, "--l2", "0.1", "--run", run}).text();
    EXPECT_THAT(text, HasSubstr("data: 24 rows × 2 features"));
    expect_said_once(text);
    expect_said_once(launch_well(ranks, 1, {"train", "--data", data, "--plan"}).text());
    // So they are where a row or the labels are refused after all.
    for (const std::string row : {"1,x,red\n", "2000,1,green\n"}) {
      const ProcessResult result = launch(ranks, 1, {"train", "--data", csv(rows + row), "--run", run_});
      EXPECT_EQ(result.exit_code, 65) << result.text();
      EXPECT_THAT(error_lines(result), SizeIs(1));
      EXPECT_LT(result.err.find(notices[0]), result.err.find("trainer: error:"));
      expect_said_once(result.err);
    }
    csv(rows);
  }
  const std::string run = scratch_.path("told");
  const std::string told =
      launch_well(0, 1, {"train", "--data", data, "--no-header", "--drop", "c1", "--l2", "0.1", "--run", run}).text();
  EXPECT_THAT(told, ::testing::Not(HasSubstr("warning")));
  EXPECT_THAT(content_of(run + "/config.toml"), HasSubstr("header = false"));
}

TEST_F(BadInput, DataWithoutNamesForAModelWithNamesAreTakenByTheirPlacesAndSaid) {
  const std::string run = scratch_.path("named");
  launch_well(0, 1, {"train", "--data", csv("a,y\n1,0\n2,1\n3,0\n4,1\n"), "--l2", "1", "--run", run});
  const std::string data = scratch_.write("data.svm", "0 1:1\n1 1:2\n");
  for (const int ranks : {0, 3}) {
    EXPECT_THAT(launch_well(ranks, 1, {"evaluate", "--model-file", run + "/model.h5", "--data", data}).err,
                HasSubstr("data.svm: names no columns, though the model does"));
  }
}

TEST_F(BadInput, DamagedLibsvmFieldIs65WithItsPlace) {
  expect_refused({"--data", scratch_.write("data.svm", "+1 1:2 3:4\n-1 1:2 3;4\n")}, 65, HasSubstr("data.svm:2:"));
}

TEST_F(BadInput, ThreeClassesForLogisticIs65WithTheLabelsSeen) {
  expect_refused({"--data", csv("a,target\n1,low\n2,mid\n3,high\n")}, 65,
                 AllOf(HasSubstr("low"), HasSubstr("mid"), HasSubstr("high"), HasSubstr("two classes")));
}

TEST_F(BadInput, FractionsAreNoClassesAndTheGuessedColumnIsNamed) {
  expect_refused({"--data", csv("a,b\n1,0.5\n2,1.5\n3,2.5\n")}, 65,
                 AllOf(HasSubstr("in column 'b', which was taken for the label as the last one"),
                       HasSubstr("use --model linear if they are numbers to be predicted")));
}

TEST_F(BadInput, LabelsWhoseSquaresVanishAre65) {
  for (const char* model : {"linear", "huber"}) {
    expect_refused({"--data", csv("a,y\n1,1e-300\n2,2.5e-300\n3,2e-300\n"), "--model", model}, 65,
                   HasSubstr("labels reach 2.5e-300 only"));
  }
}

TEST_F(BadInput, TextLabelForLinearIs65WithItsPlace) {
  expect_refused({"--data", csv("a,b,target\n1,2,0\n3,4,high\n"), "--model", "linear"}, 65,
                 AllOf(HasSubstr("data.csv:3:5: "), HasSubstr("'high'")));
}

TEST_F(BadInput, UnknownOptionIs64WithASuggestion) {
  expect_refused({"--data", shipped("breast_cancer.csv"), "--learning-rat", "1"}, 64, HasSubstr("'--learning-rate'"));
}

TEST_F(BadInput, UnknownCommandIs64WithASuggestion) {
  expect_refused_with({"trian"}, 64, HasSubstr("'train'"));
}

TEST_F(BadInput, MissingDataOptionIsRefused) {
  for (const int ranks : {0, 3}) {
    const auto result = launch(ranks, 1, {"train", "--run", run_});
    EXPECT_NE(result.exit_code, 0);
    const auto errors = error_lines(result);
    ASSERT_THAT(errors, SizeIs(1)) << result.text();
    EXPECT_THAT(errors[0], HasSubstr("data"));
    EXPECT_FALSE(exists(run_));
  }
}

TEST_F(BadInput, UnknownTomlKeyIs78WithItsPlaceAndASuggestion) {
  const std::string config = scratch_.write("run.toml", "l2 = 0.1\nmodell = \"logistic\"\n");
  expect_refused({"--data", shipped("breast_cancer.csv"), "--config", config}, 78,
                 AllOf(HasSubstr("run.toml:2:1: "), HasSubstr("'model'")));
}

TEST_F(BadInput, RunFolderBelowAFileIs73) {
  const std::string below = scratch_.write("file", "") + "/run";
  expect_refused_with({"train", "--data", shipped("breast_cancer.csv"), "--run", below}, 73, HasSubstr("--run"));
}

/// A run that began: its folder says why it ended, but there is no model.
TEST_F(BadInput, SeparableDataWithoutPenaltyIs69NamingL2AndLeavesNoModel) {
  const std::string data = csv("a,target\n1,no\n2,no\n3,yes\n4,yes\n");
  for (const int ranks : {0, 3}) {
    const std::string run = scratch_.path("separable" + std::to_string(ranks));
    const auto result = launch(ranks, 1, {"train", "--data", data, "--run", run});
    EXPECT_EQ(result.exit_code, 69) << result.text();
    const auto errors = error_lines(result);
    ASSERT_THAT(errors, SizeIs(1)) << result.text();
    EXPECT_THAT(errors[0], ::testing::ContainsRegex("; .*a.* grow without bound; use --l2"));
    EXPECT_FALSE(exists(run + "/model.h5"));
    EXPECT_EQ(summary_of(run).at("status"), "failed");
  }
}

/// 60 rows of two features and a label; `first` and `second` stand in place of the features of rows 23 and 41.
std::string rows_with(const std::string& first, const std::string& second) {
  std::string text = "a,b,target\n";
  for (int i = 1; i <= 60; ++i) {
    const std::string plain = std::to_string((i * 7) % 11) + "," + std::to_string((i * 5) % 13);
    text += (i == 23 ? first : i == 41 ? second : plain) + "," + std::to_string(i % 2) + "\n";
  }
  return text;
}

TEST_F(BadInput, OverflowIs69NamingTheFirstRowAtFault) {
  const std::string data = csv(rows_with("1e200,1", "1e250,1e250"));
  const std::vector<Arguments> runs = {{"--optimizer", "lbfgs"},
                                       {"--optimizer", "newton-cg", "--validation", "0.3"},
                                       {"--optimizer", "sgd", "--batch-size", "60"},
                                       {"--optimizer", "gd", "--model", "linear", "--learning-rate", "1e-3"}};
  for (const Arguments& options : runs) {
    for (const int ranks : {0, 3}) {
      const std::string run = scratch_.path("overflow");
      const auto result = launch(
          ranks, 2, Arguments{"train", "--data", data, "--run", run, "--overwrite", "--resume", "never"} + options);
      EXPECT_EQ(result.exit_code, 69) << result.text();
      const auto errors = error_lines(result);
      ASSERT_THAT(errors, SizeIs(1)) << result.text();
      EXPECT_THAT(errors[0], HasSubstr("the first row at fault is row 23 of " + data)) << options[1];
      EXPECT_THAT(checkpoints_of(run), SizeIs(0));
      EXPECT_THAT(summary_of(run).at("reason").get<std::string>(), HasSubstr("row 23 of"));
    }
  }
}

TEST_F(BadInput, StepThatOverflowsIs69NamingTheFirstRowWhoseLossDoes) {
  const std::string data = csv(rows_with("0,0", "0,0"));
  const auto result = launch(
      3, 1,
      {"train", "--data", data, "--run", run_, "--model", "linear", "--optimizer", "gd", "--learning-rate", "1e300"});
  EXPECT_EQ(result.exit_code, 69) << result.text();
  EXPECT_THAT(result.text(), AllOf(HasSubstr("lower the learning rate (it is 1e+300)"),
                                   HasSubstr("the first row at fault is row 1 of " + data)));
  EXPECT_THAT(checkpoints_of(run_), SizeIs(0));
}

}  // namespace
}  // namespace lockstep::testing
