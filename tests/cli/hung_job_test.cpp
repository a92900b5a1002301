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
    return {"train",   "--data",           shipped("digits.csv"),
            "--model", "softmax",          "--optimizer",
            "sgd",     "--epochs",         std::to_string(epochs),
            "--run",   scratch_.path(run), "--checkpoint-every",
            "20i",     "--progress",       "none"};
  }

  const Scratch scratch_;
};

TEST_P(HungJob, EndsWithinItsTimeoutAndNamesTheRank) {
  constexpr std::chrono::seconds kTimeout{3};
  const int victim = GetParam();
  Process process(command_line(3, 1, train("hung", 1000000) + Arguments{"--step-timeout", "3s"}), environment());
  while (process.running() && checkpoints_of(scratch_.path("hung")).empty()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const std::vector<pid_t> ranks = children_of(process.pid());
  ASSERT_THAT(ranks, SizeIs(3));
  const auto begin = std::chrono::steady_clock::now();
  kill(ranks[static_cast<std::size_t>(victim)], SIGSTOP);
  const ProcessResult result = process.wait(std::chrono::seconds(30));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kTimeout + std::chrono::seconds(5));
  EXPECT_EQ(result.exit_code, 74) << result.text();
  ASSERT_THAT(error_lines(result), SizeIs(1)) << result.text();
  EXPECT_THAT(error_lines(result)[0], AllOf(HasSubstr(fmt::format("no progress for 3 s: rank {} on ", victim)),
                                            HasSubstr("does not answer"), HasSubstr("after step ")));
  EXPECT_TRUE(std::ranges::none_of(ranks, is_alive));
}

INSTANTIATE_TEST_SUITE_P(Rank, HungJob, ::testing::Values(0, 2), ::testing::PrintToStringParamName());

TEST_F(HungJob, IsNoneWhileAllRanksAreStoppedTogether) {
  Process process(command_line(2, 1, train("paused", 400) + Arguments{"--step-timeout", "3s"}), environment());
  while (process.running() && checkpoints_of(scratch_.path("paused")).empty()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const std::vector<pid_t> ranks = children_of(process.pid());
  for (const int signal : {SIGSTOP, SIGCONT}) {
    std::ranges::for_each(ranks, [&](pid_t rank) { kill(rank, signal); });
    std::this_thread::sleep_for(std::chrono::milliseconds(4500));
  }
  const ProcessResult result = process.wait(std::chrono::seconds(60));
  EXPECT_EQ(result.exit_code, 0) << result.text();
}

}  // namespace
}  // namespace lockstep::testing
