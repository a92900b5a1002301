/// A run that ended early, was stopped or killed, and went on anywhere else, ends with the same bits.
#include "cli/trainer.h"

#include <chrono>
#include <ctime>
#include <filesystem>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

namespace lockstep::testing {
namespace {

namespace fs = std::filesystem;

using ::testing::HasSubstr;
using ::testing::SizeIs;

class Resume : public ::testing::Test {
 protected:
  Arguments train(const std::string& run, const Arguments& more) const {
    return Arguments{"train", "--data", made_, "--run", scratch_.path(run), "--l2", "1e-3"} + more;
  }
  Arguments sgd(const std::string& run, int epochs, const Arguments& more = {}) const {
    return train(run, Arguments{"--optimizer", "sgd", "--batch-size", "8", "--learning-rate", "0.05", "--momentum",
                                "0.9", "--checkpoint-every", "20i", "--epochs", std::to_string(epochs)} +
                          more);
  }
  std::string path(const std::string& run) const { return scratch_.path(run); }

  /// Model, hashes of all steps and last checkpoint are those of the other run.
  void expect_equal_runs(const std::string& run, const std::string& expected) const {
    EXPECT_EQ(sha_of(path(run)), sha_of(path(expected)));
    EXPECT_TRUE(content_of(path(run) + "/model.h5") == content_of(path(expected) + "/model.h5"));
    EXPECT_TRUE(content_of(checkpoints_of(path(run)).at(0)) == content_of(checkpoints_of(path(expected)).at(0)));
    const auto seen = metrics_of(path(run));
    const auto wanted = metrics_of(path(expected));
    ASSERT_EQ(seen.size(), wanted.size());
    for (std::size_t i = 0; i < seen.size(); ++i) {
      EXPECT_EQ(seen[i].at("step"), wanted[i].at("step"));
      EXPECT_EQ(seen[i].at("parameters_hash"), wanted[i].at("parameters_hash")) << "record " << i;
      EXPECT_EQ(seen[i].at("objective"), wanted[i].at("objective")) << "record " << i;
    }
  }

  /// Waits until `run` holds a checkpoint; false where it ended before.
  bool wait_for_checkpoint(Process& process, const std::string& run) const {
    while (process.running()) {
      if (!checkpoints_of(path(run)).empty()) {
        return true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }

  const Scratch scratch_;
  const std::string made_ = scratch_.write("made.svm", made_sparse_set());
};

void truncate_file(const std::string& file) {
  fs::resize_file(file, fs::file_size(file) / 2);
}

TEST_F(Resume, SgdExtendedFrom5To10EpochsIs10AtOnce) {
  launch_well(0, 1, sgd("once", 10));
  launch_well(0, 2, sgd("extended", 5));
  EXPECT_EQ(summary_of(path("extended")).at("epochs"), 5);
  launch_well(2, 1, sgd("extended", 10));
  expect_equal_runs("extended", "once");
}

TEST_F(Resume, NewtonExtendedFrom2To100IterationsIs100AtOnce) {
  launch_well(0, 1, train("once", {"--max-iterations", "100"}));
  launch_well(2, 1, train("extended", {"--max-iterations", "2"}));
  EXPECT_EQ(summary_of(path("extended")).at("status"), "max_iterations");
  launch_well(3, 1, train("extended", {"--max-iterations", "100"}));
  EXPECT_EQ(summary_of(path("extended")).at("status"), "converged");
  expect_equal_runs("extended", "once");
}

/// TERM comes twice where a scheduler and its launcher both send one.
TEST_F(Resume, ASignalStopsASerialRunWithACheckpointAndResumeGivesTheSameBits) {
  launch_well(0, 1, sgd("once", 15));
  const std::vector<std::vector<int>> signals = {{SIGUSR1}, {SIGTERM, SIGTERM}, {SIGHUP}, {SIGINT}};
  for (const std::vector<int>& numbers : signals) {
    const std::string run = "stopped-" + std::to_string(numbers[0]);
    Process process(command_line(0, 1, sgd(run, 15)), environment());
    ASSERT_TRUE(wait_for_checkpoint(process, run));
    for (const int number : numbers) {
      process.send(number);
    }
    const ProcessResult result = process.wait();
    ASSERT_EQ(result.exit_code, 75) << numbers[0] << ": " << result.text();
    EXPECT_EQ(summary_of(path(run)).at("status"), "stopped");
    EXPECT_FALSE(exists(path(run) + "/model.h5"));
    EXPECT_FALSE(checkpoints_of(path(run)).empty());
    launch_well(0, 3, sgd(run, 15));
    expect_equal_runs(run, "once");
  }
}

TEST_F(Resume, Usr1ToMpirunStopsAllRanksAndResumeGivesTheSameBits) {
  launch_well(0, 1, sgd("once", 8));
  Process process(command_line(3, 1, sgd("stopped", 8)), environment());
  ASSERT_TRUE(wait_for_checkpoint(process, "stopped"));
  process.send(SIGUSR1);
  const ProcessResult result = process.wait();
  ASSERT_EQ(result.exit_code, 75) << result.text();
  EXPECT_EQ(summary_of(path("stopped")).at("status"), "stopped");
  EXPECT_FALSE(exists(path("stopped") + "/model.h5"));
  launch_well(0, 1, sgd("stopped", 8));
  expect_equal_runs("stopped", "once");
}

TEST_F(Resume, MaxTimeStopsWith75AndResumeGivesTheSameBits) {
  launch_well(0, 1, sgd("once", 40));
  const ProcessResult result = launch(0, 1, sgd("stopped", 40, {"--max-time", "1s"}));
  ASSERT_EQ(result.exit_code, 75) << result.text();
  EXPECT_EQ(summary_of(path("stopped")).at("status"), "stopped");
  launch_well(0, 1, sgd("stopped", 40));
  expect_equal_runs("stopped", "once");
}

TEST_F(Resume, StopsBeforeTheLimitOfTheScheduler) {
  const std::time_t end = std::time(nullptr) + 8;
  const Arguments job = {"SLURM_JOB_ID=1", "SLURM_JOB_END_TIME=" + std::to_string(end)};
  const ProcessResult result =
      run_process(command_line(2, 1, sgd("stopped", 1000000)), environment() + job, std::chrono::seconds(60));
  EXPECT_EQ(result.exit_code, 75) << result.text();
  EXPECT_LT(std::time(nullptr), end);
  EXPECT_THAT(result.out, HasSubstr("Slurm job 1 on "));
  EXPECT_THAT(result.out, HasSubstr(" (2 ranks)\n"));
  EXPECT_THAT(result.out, HasSubstr("time limit: 0:00:0"));
  EXPECT_THAT(result.out, HasSubstr("(the time limit)"));
}

/// A time limit below the time of loading: submitted again and again, the job still comes to its end.
TEST_F(Resume, JobWithTooLittleTimeGetsFurtherEachTime) {
  for (const std::string optimizer : {"newton", "newton-cg", "lbfgs"}) {
    const Arguments options = {"--optimizer", optimizer, "--max-iterations", "6"};
    launch_well(0, 1, train("once-" + optimizer, options));
    const std::string run = "hurried-" + optimizer;
    int iterations = 0;
    int exit_code = 75;
    for (int job = 0; job < 8 && exit_code == 75; ++job) {
      const auto result = launch(job % 2 == 0 ? 0 : 2, 1, train(run, options + Arguments{"--max-time", "0.000001"}));
      exit_code = result.exit_code;
      const int done = summary_of(path(run)).at("iterations").get<int>();
      ASSERT_TRUE(exit_code == 0 || done > iterations) << result.text();
      iterations = done;
    }
    EXPECT_EQ(exit_code, 0);
    expect_equal_runs(run, "once-" + optimizer);
  }
}

/// Gradient descent whose fixed step is too long doubles its distance until F overflows: the last finite iterate is
/// kept, bit for bit that of a run that ends there, and resuming fails at the same step again.
TEST_F(Resume, ANumericalStopLeavesTheLastFiniteIterateToResumeFrom) {
  const auto diverging = [&](const std::string& run, const std::string& iterations) {
    return Arguments{
        "train", "--data",  shipped("diabetes.csv"), "--model", "linear", "--optimizer", "gd", "--learning-rate", "1",
        "--run", path(run), "--max-iterations",      iterations};
  };
  const ProcessResult failed = launch(0, 1, diverging("failed", "1000"));
  ASSERT_EQ(failed.exit_code, 69) << failed.text();
  ASSERT_THAT(error_lines(failed), SizeIs(1)) << failed.text();
  const auto summary = summary_of(path("failed"));
  EXPECT_EQ(summary.at("status"), "failed");
  const auto iterations = summary.at("iterations").get<int>();
  ASSERT_GT(iterations, 3);
  const auto checkpoints = checkpoints_of(path("failed"));
  ASSERT_FALSE(checkpoints.empty());
  launch_well(0, 0, {"inspect", checkpoints[0], "--verify"});

  const ProcessResult shorter = launch(2, 1, diverging("shorter", std::to_string(iterations)));
  EXPECT_EQ(shorter.exit_code, 69) << "it ends finite, far above its start: " << shorter.text();
  EXPECT_TRUE(content_of(checkpoints[0]) == content_of(checkpoints_of(path("shorter")).at(0)));

  const ProcessResult again = launch(3, 1, diverging("failed", "1000"));
  EXPECT_EQ(again.exit_code, 69) << again.text();
  EXPECT_THAT(again.text(), HasSubstr("resuming from step " + std::to_string(iterations)));
  EXPECT_EQ(summary_of(path("failed")).at("iterations"), iterations);
  EXPECT_TRUE(content_of(checkpoints_of(path("failed")).at(0)) == content_of(checkpoints_of(path("shorter")).at(0)));
}

TEST_F(Resume, ChangedSettingIs78NamingIt) {
  launch_well(0, 1, sgd("run", 1));
  const ProcessResult result = launch(3, 1, sgd("run", 2, {"--set", "seed=1"}));
  EXPECT_EQ(result.exit_code, 78) << result.text();
  ASSERT_THAT(error_lines(result), SizeIs(1)) << result.text();
  EXPECT_THAT(error_lines(result)[0], HasSubstr("seed"));

  launch_well(0, 1, train("newton", {}));
  const ProcessResult other = launch(3, 1, {"train", "--data", made_, "--run", path("newton"), "--l2", "2e-3"});
  EXPECT_EQ(other.exit_code, 78) << other.text();
  ASSERT_THAT(error_lines(other), SizeIs(1)) << other.text();
  EXPECT_THAT(error_lines(other)[0], HasSubstr("l2"));
}

TEST_F(Resume, ChangedByteOfDataIs65) {
  launch_well(0, 1, sgd("run", 1));
  std::string data = content_of(made_);
  const auto digit = data.find_first_of("123456789", data.size() / 2 + data.substr(data.size() / 2).find(':'));
  data[digit] = data[digit] == '9' ? '8' : static_cast<char>(data[digit] + 1);
  scratch_.write("made.svm", data);
  for (const int ranks : {0, 3}) {
    const ProcessResult result = launch(ranks, 1, sgd("run", 2));
    EXPECT_EQ(result.exit_code, 65) << result.text();
    EXPECT_THAT(error_lines(result), SizeIs(1)) << result.text();
  }
}

TEST_F(Resume, TruncatedNewestCheckpointIsNamedAndTheOneBeforeGivesTheSameBits) {
  launch_well(0, 1, sgd("once", 2));
  launch_well(0, 1, sgd("run", 2));
  const auto checkpoints = checkpoints_of(path("run"));
  ASSERT_THAT(checkpoints, SizeIs(2));
  truncate_file(checkpoints[0]);
  const ProcessResult result = launch_well(3, 1, sgd("run", 2));
  const std::string output = result.out + result.err;
  const auto warning = output.find("trainer: warning: " + checkpoints[0]);
  EXPECT_NE(warning, std::string::npos) << output;
  EXPECT_EQ(output.find("trainer: warning: ", warning + 1), std::string::npos) << "once, not on every rank";
  expect_equal_runs("run", "once");
}

TEST_F(Resume, OnlyDamagedCheckpointsIs65) {
  launch_well(0, 1, sgd("run", 1));
  for (const std::string& checkpoint : checkpoints_of(path("run"))) {
    truncate_file(checkpoint);
  }
  for (const int ranks : {0, 3}) {
    const ProcessResult result = launch(ranks, 1, sgd("run", 1));
    EXPECT_EQ(result.exit_code, 65) << result.text();
    EXPECT_THAT(error_lines(result), SizeIs(1)) << result.text();
  }
}

TEST_F(Resume, NeverIs73OverCheckpointsAndStartsAnewWithOverwrite) {
  launch_well(0, 1, sgd("once", 2));
  launch_well(0, 1, sgd("run", 3));
  const ProcessResult refused = launch(0, 1, sgd("run", 2, {"--resume", "never"}));
  EXPECT_EQ(refused.exit_code, 73) << refused.text();
  EXPECT_EQ(summary_of(path("run")).at("epochs"), 3);
  launch_well(0, 1, sgd("run", 2, {"--resume", "never", "--overwrite"}));
  expect_equal_runs("run", "once");
}

TEST_F(Resume, FinishedRunSaysSoExitsZeroAndRecreatesAMissingOrDamagedModel) {
  launch_well(0, 1, sgd("run", 1));
  const std::string model = path("run") + "/model.h5";
  const std::string expected = content_of(model);
  const auto metrics = metrics_of(path("run"));
  EXPECT_THAT(launch_well(0, 1, sgd("run", 1)).out, HasSubstr("finished already"));
  EXPECT_TRUE(content_of(model) == expected);

  fs::remove(model);
  launch_well(3, 1, sgd("run", 1));
  EXPECT_TRUE(content_of(model) == expected);

  truncate_file(model);
  launch_well(0, 1, sgd("run", 1));
  EXPECT_TRUE(content_of(model) == expected);
  EXPECT_EQ(metrics_of(path("run")), metrics);
}

TEST_F(Resume, MetricsAreCutBackToTheCheckpoint) {
  launch_well(0, 1, train("once", {"--checkpoint-every", "1i"}));
  launch_well(0, 1, train("run", {"--checkpoint-every", "1i"}));
  fs::remove(checkpoints_of(path("run")).at(0));
  launch_well(0, 1, train("run", {"--checkpoint-every", "1i"}));
  expect_equal_runs("run", "once");  // no record twice
}

TEST_F(Resume, SecondJobInTheSameFolderIs73WhileTheFirstGoesOn) {
  Process first(command_line(0, 1, sgd("run", 4000)), environment());
  ASSERT_TRUE(wait_for_checkpoint(first, "run"));
  for (const int ranks : {0, 2}) {
    const ProcessResult second = launch(ranks, 1, sgd("run", 4000));
    EXPECT_EQ(second.exit_code, 73) << second.text();
    ASSERT_THAT(error_lines(second), SizeIs(1)) << second.text();
    EXPECT_THAT(error_lines(second)[0], HasSubstr("in use"));
  }
  EXPECT_TRUE(first.running());
  first.send(SIGTERM);
  EXPECT_EQ(first.wait().exit_code, 75);
}

}  // namespace
}  // namespace lockstep::testing
