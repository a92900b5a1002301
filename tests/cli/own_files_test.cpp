/// No command replaces a file that is an input, a person's or another tool's.
#include "cli/trainer.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

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

/// A table, a model, a checkpoint: none is an older output of predict, even where it is no input.
TEST_F(OwnFiles, PredictionsReplacePredictionsAlone) {
  launch_well(0, 1, train());
  const std::string table = scratch_.write("table.csv", "a,b\n1,2\n");
  const Arguments predict = {"predict", "--model-file", run_ + "/model.h5", "--data", data_, "--output"};
  const std::string noted = scratch_.write("noted.csv", "id,prediction,note\n1,2,mine\n");
  for (const std::string& output : {table, noted, checkpoints_of(run_).front()}) {
    const std::string before = content_of(output);
    for (const int ranks : {0, 3}) {
      expect_refused(ranks, predict + Arguments{output}, "holds what predict did not write");
    }
    EXPECT_TRUE(content_of(output) == before);
  }
  scratch_.write("empty.csv", "");
  for (const char* name : {"empty.csv", "out.csv", "out.h5"}) {
    for (int i = 0; i < 2; ++i) {
      launch_well(0, 1, predict + Arguments{scratch_.path(name)});
    }
  }
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
  EXPECT_THAT(launch_well(3, 1, train({"--overwrite"})).err,
              HasSubstr("--overwrite replaces a run only with --resume"));
}

TEST_F(OwnFiles, AFinishedRunWithoutItsCheckpointsIsReplacedOnRequestAlone) {
  launch_well(0, 1, train());
  const std::string model = content_of(run_ + "/model.h5");
  for (const std::string& checkpoint : checkpoints_of(run_)) {
    fs::remove(checkpoint);
  }
  expect_refused(0, train(), "no checkpoints to go on from");
  expect_refused(3, train({"--resume", "never"}), "no checkpoints to go on from");
  EXPECT_TRUE(content_of(run_ + "/model.h5") == model);
  launch_well(0, 1, train({"--resume", "never", "--overwrite"}));
  EXPECT_TRUE(content_of(run_ + "/model.h5") == model);

  std::ofstream(run_ + "/metrics.jsonl", std::ios::app) << "a note\n";
  const std::string metrics = content_of(run_ + "/metrics.jsonl");
  const auto line = std::ranges::count(metrics, '\n');
  expect_refused(0, train({"--max-iterations", "200"}), "metrics.jsonl:" + std::to_string(line) + ": a line that");
  EXPECT_EQ(content_of(run_ + "/metrics.jsonl"), metrics);
}

/// Paths that the file system itself refuses.
TEST_F(OwnFiles, LoopsOfLinksAndNamesTooLongAreNamedWithTheirCause) {
  launch_well(0, 1, train());
  const std::string model = run_ + "/model.h5";
  fs::create_symlink("loop.csv", scratch_.path("loop.csv"));
  for (const std::string& path : {scratch_.path("loop.csv"), scratch_.path(std::string(300, 'a') + ".csv")}) {
    const char* cause = path.ends_with("loop.csv") ? "Too many levels of symbolic links" : "File name too long";
    const std::vector<std::pair<Arguments, int>> starts = {
        {{"train", "--data", path, "--run", scratch_.path("other")}, 74},
        {{"train", "--data", data_, "--run", path}, 73},
        {{"evaluate", "--data", data_, "--model-file", path}, 74},
        {{"predict", "--data", path, "--model-file", model, "--output", scratch_.path("o.csv")}, 74},
        {{"predict", "--data", data_, "--model-file", model, "--output", path}, 73},
        {{"inspect", path}, 74}};
    for (const auto& [arguments, code] : starts) {
      const ProcessResult result = launch(0, arguments.front() == "inspect" ? 0 : 1, arguments);
      EXPECT_EQ(result.exit_code, code) << result.text();
      EXPECT_THAT(error_lines(result), ElementsAre(HasSubstr(cause))) << result.text();
    }
  }
}

}  // namespace
}  // namespace lockstep::testing
