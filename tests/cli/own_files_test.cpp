/// No command replaces a file that is an input, a person's or another tool's.
#include <filesystem>

#include "cli/trainer.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

namespace fs = std::filesystem;

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class OwnFiles : public ::testing::Test {
 protected:
  Arguments train(const Arguments& more = {}) const {
    return Arguments{"train", "--data", data_, "--l2", "1e-2", "--run", run_} + more;
  }

  void expect_refused(int ranks, const Arguments& arguments, const std::string& message) const {
    const ProcessResult result = launch(ranks, 1, arguments);
    EXPECT_EQ(result.exit_code, 73) << result.text();
    EXPECT_THAT(error_lines(result), ElementsAre(HasSubstr(message))) << result.text();
  }

  const Scratch scratch_;
  const std::string data_ = scratch_.write("data.csv", content_of(shipped("breast_cancer.csv")));
  const std::string run_ = scratch_.path("run");
};

TEST_F(OwnFiles, PredictionsReplaceNoInputUnderAnyName) {
  launch_well(0, 1, train());
  const std::string model = scratch_.path("model.h5");
  fs::copy_file(run_ + "/model.h5", model);
  const std::string before = content_of(data_);
  fs::create_symlink("data.csv", scratch_.path("link.csv"));
  fs::create_hard_link(data_, scratch_.path("hard.csv"));
  const Arguments predict = {"predict", "--model-file", model, "--data", data_, "--output"};
  for (const char* output : {"data.csv", "run/../data.csv", "link.csv", "hard.csv", "model.h5"}) {
    expect_refused(0, predict + Arguments{scratch_.path(output)}, "is the same file as the input");
  }
  expect_refused(3, predict + Arguments{data_}, "is the same file as the input --data");
  expect_refused(0, predict + Arguments{scratch_.path("none/out.csv")}, "there is no such folder");
  fs::create_directory(scratch_.path("folder.csv"));
  expect_refused(0, predict + Arguments{scratch_.path("folder.csv")}, "is a folder");
  EXPECT_TRUE(content_of(data_) == before);
  EXPECT_TRUE(fs::is_symlink(scratch_.path("link.csv")));
}

TEST_F(OwnFiles, APersonsConfigurationInTheRunFolderIsKeptOnAnyRanks) {
  fs::create_directory(run_);
  const std::string mine = "# my notes\nl2 = 0.1\ndata = \"" + data_ + "\"\n";
  const std::string config = scratch_.write("run/config.toml", mine);
  for (const int ranks : {0, 3}) {
    expect_refused(ranks, {"train", "--config", config, "--run", run_},
                   "run/config.toml: holds what the trainer did not write");
  }
  EXPECT_EQ(content_of(config), mine);
  EXPECT_FALSE(exists(run_ + "/.lock"));
}

/// A start value in the run folder would be removed before it is needed again.
TEST_F(OwnFiles, TheModelOfAFinishedRunIsNotItsOwnStart) {
  launch_well(0, 1, train());
  expect_refused(0, train({"--init", run_ + "/model.h5", "--resume", "never", "--overwrite"}), "the input --init");
  EXPECT_TRUE(exists(run_ + "/model.h5"));
}

TEST_F(OwnFiles, ARunsConfigurationTakesItUpAndNeverTrainsOverIt) {
  launch_well(0, 1, train({"--resume", "never", "--overwrite"}));
  const std::string config = run_ + "/config.toml";
  EXPECT_THAT(content_of(config), Not(HasSubstr("overwrite")));
  EXPECT_THAT(launch_well(0, 1, {"train", "--config", config}).out, HasSubstr("finished already"));
}

}  // namespace
}  // namespace lockstep::testing
