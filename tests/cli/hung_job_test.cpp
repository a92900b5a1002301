/// --step-timeout: a job whose one rank stands still ends and says which, and goes on later from its checkpoint.
#include "cli/trainer.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class HungJob : public ::testing::TestWithParam<int> {
 protected:
  Arguments train(const std::string& run, int epochs) const {
    return {"train", "--data",   shipped("digits.csv"),  "--model", "softmax",          "--optimizer",
            "sgd",   "--epochs", std::to_string(epochs), "--run",   scratch_.path(run), "--progress",
            "none"};
  }

  /// The processes of the ranks when the first epoch is done. No checkpoint is due: a busy disk is a reason to wait.
  std::vector<pid_t> ranks_in_training(Process& process, const std::string& run) const {
    const std::string metrics = scratch_.path(run) + "/metrics.jsonl";
    while (process.running() && (!exists(metrics) || content_of(metrics).empty())) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return children_of(process.pid());
  }

  static void expect_gone(const std::vector<pid_t>& ranks) {
    for (const pid_t rank : ranks) {
      for (int i = 0; is_alive(rank) && i < 1000; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
      EXPECT_FALSE(is_alive(rank)) << "rank of process " << rank << " lives on";
    }
  }

  const Scratch scratch_;
};

TEST_P(HungJob, EndsWithinItsTimeoutAndNamesTheRank) {
  constexpr std::chrono::seconds kTimeout{10};  // a disk may be busy for some of them
  const int victim = GetParam();
  Process process(command_line(3, 1, train("hung", 1000000) + Arguments{"--step-timeout", "10s"}), environment());
  const std::vector<pid_t> ranks = ranks_in_training(process, "hung");
  ASSERT_THAT(ranks, SizeIs(3)) << process.errors_so_far();
  const auto begin = std::chrono::steady_clock::now();
  kill(ranks[static_cast<std::size_t>(victim)], SIGSTOP);
  const ProcessResult result = process.wait(std::chrono::seconds(30));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kTimeout + std::chrono::seconds(5));
  EXPECT_EQ(result.exit_code, 74) << result.text();
  ASSERT_THAT(error_lines(result), SizeIs(1)) << result.text();
  EXPECT_THAT(error_lines(result)[0], AllOf(HasSubstr(fmt::format("no progress for 10 s: rank {} on ", victim)),
                                            HasSubstr("does not answer"), HasSubstr("after step ")));
  expect_gone(ranks);
}

INSTANTIATE_TEST_SUITE_P(Rank, HungJob, ::testing::Values(0, 2), ::testing::PrintToStringParamName());

TEST_F(HungJob, IsNoneWhileAllRanksAreStoppedTogether) {
  Process process(command_line(2, 1, train("paused", 400) + Arguments{"--step-timeout", "10s"}), environment());
  const std::vector<pid_t> ranks = ranks_in_training(process, "paused");
  ASSERT_THAT(ranks, SizeIs(2));
  for (const int signal : {SIGSTOP, SIGCONT}) {
    std::ranges::for_each(ranks, [&](pid_t rank) { kill(rank, signal); });
    std::this_thread::sleep_for(std::chrono::seconds(12));
  }
  const ProcessResult result = process.wait(std::chrono::seconds(60));
  EXPECT_EQ(result.exit_code, 0) << result.text();
}

}  // namespace
}  // namespace lockstep::testing
