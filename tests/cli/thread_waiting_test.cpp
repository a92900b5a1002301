/// Threads that wait do not spin for long, unless the environment wants them to.
#include "cli/trainer.h"

#include <chrono>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// The environment of a training that is under way, started with `more`.
std::string environment_of_training(const std::vector<std::string>& more) {
  const Scratch scratch;
  const std::string run = scratch.path("run");
  Process process(command_line(0, 2,
                               {"train", "--data", shipped("digits.csv"), "--model", "mlp", "--optimizer", "adam",
                                "--epochs", "1000000", "--checkpoint-every", "20i", "--run", run}),
                  more);
  while (process.running() && checkpoints_of(run).empty()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(content_of(fmt::format("/proc/{}/comm", process.pid())), "trainer\n");
  return content_of(fmt::format("/proc/{}/environ", process.pid()));
}

TEST(WaitingThreads, SpinShortlyByThemselves) {
  EXPECT_THAT(environment_of_training({}), HasSubstr("GOMP_SPINCOUNT=1000"));
}

TEST(WaitingThreads, DoWhatTheEnvironmentSays) {
  EXPECT_THAT(environment_of_training({"OMP_WAIT_POLICY=passive"}), Not(HasSubstr("GOMP_SPINCOUNT")));
  EXPECT_THAT(environment_of_training({"GOMP_SPINCOUNT=77"}), HasSubstr("GOMP_SPINCOUNT=77"));
}

}  // namespace
}  // namespace lockstep::testing
