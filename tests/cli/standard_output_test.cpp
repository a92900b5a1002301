/// Standard output that cannot be written: a result that is lost is an error, progress that is lost is none.
#include "cli/trainer.h"

#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class StandardOutput : public ::testing::Test {
 protected:
  /// The exit code of the trainer, without mpirun, under the shell's `redirection`.
  int exit_code(const Arguments& arguments, const std::string& redirection) const {
    const std::string command = fmt::format("{} {}", fmt::join(command_line(0, 0, arguments), " "), redirection);
    return run_process({"/bin/bash", "-o", "pipefail", "-c", command}, environment()).exit_code;
  }

  const Scratch scratch_;
  const std::string run_ = scratch_.path("run");
  const Arguments train_ = {"train", "--data", shipped("breast_cancer.csv"), "--l2", "1e-2", "--run", run_};
};

class UnwritableOutput : public StandardOutput, public ::testing::WithParamInterface<const char*> {};

TEST_P(UnwritableOutput, LostProgressCostsNoTrainingAndALostResultIsAnError) {
  EXPECT_EQ(exit_code(train_, GetParam()), 0);
  ASSERT_TRUE(exists(run_ + "/model.h5"));
  EXPECT_THAT(content_of(run_ + "/metrics.jsonl"), StartsWith("{\"iteration\":1,")) << "no text lands in a run's file";
  EXPECT_THAT(content_of(run_ + "/config.toml"), HasSubstr("\nl2 = 0.01\n"));
  const Arguments evaluate = {"evaluate", "--model-file", run_ + "/model.h5", "--data", shipped("breast_cancer.csv")};
  EXPECT_EQ(exit_code(evaluate + Arguments{"--json"}, GetParam()), 74);
  const Arguments predict = {"predict", "--model-file", run_ + "/model.h5", "--data", shipped("breast_cancer.csv")};
  EXPECT_EQ(exit_code(predict + Arguments{"--output", "-"}, GetParam()), 74);
  EXPECT_EQ(exit_code({"inspect", run_}, GetParam()), 74);
  EXPECT_EQ(exit_code(train_ + Arguments{"--plan"}, GetParam()), 74);
}

INSTANTIATE_TEST_SUITE_P(Redirections, UnwritableOutput,
                         ::testing::Values("> /dev/full", ">&-", ">&- 2>&-", "<&- >&- 2>&-"));

/// A reader that has gone: the signal of a broken pipe would end the run between two checkpoints.
TEST_F(StandardOutput, ABrokenPipeDoesNotEndTraining) {
  const std::string reader = "| (exec <&-; sleep 0.2)";
  EXPECT_EQ(exit_code(train_, reader), 0);
  EXPECT_TRUE(exists(run_ + "/model.h5"));
}

}  // namespace
}  // namespace lockstep::testing
