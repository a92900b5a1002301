/// One rank's failure, of which the others know nothing, ends the job at once with its message and its exit code.
#include "cli/trainer.h"

#include <chrono>
#include <ostream>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

struct Victim {
  int ranks;
  int rank;
  friend void PrintTo(const Victim& test, std::ostream* out) { *out << "rank " << test.rank << " of " << test.ranks; }
};

/// Who fails, and in which phase (base/test_failure.h).
class FailureOfOneRank : public ::testing::TestWithParam<std::tuple<Victim, std::string>> {
 protected:
  const Scratch scratch_;
};

TEST_P(FailureOfOneRank, EndsAllWithItsMessageAndExitCode) {
  const auto& [victim, phase] = GetParam();
  const Arguments train = {
      "train", "--data", shipped("breast_cancer.csv"), "--model",    "logistic", "--optimizer", "newton", "--l2",
      "1e-3",  "--run",  scratch_.path("run"),         "--progress", "none"};
  Process process(command_line(victim.ranks, 1, train),
                  environment() + Arguments{fmt::format("LOCKSTEP_TEST_FAIL={}:{}", victim.rank, phase)});
  const std::string message = fmt::format(
      "trainer: error: rank {}: LOCKSTEP_TEST_FAIL: this rank fails in the phase "
      "'{}'",
      victim.rank, phase);
  std::vector<pid_t> ranks;
  while (process.running() && process.errors_so_far().find(message) == std::string::npos) {
    ranks = children_of(process.pid());
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const ProcessResult result = process.wait(std::chrono::seconds(5));
  EXPECT_EQ(result.exit_code, 74) << result.text();
  EXPECT_EQ(error_lines(result), std::vector{message}) << result.text();
  for (const pid_t rank : ranks) {
    for (int i = 0; is_alive(rank) && i < 1000; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    EXPECT_FALSE(is_alive(rank)) << "rank of process " << rank << " lives on";
  }
}

INSTANTIATE_TEST_SUITE_P(Phases, FailureOfOneRank,
                         ::testing::Combine(::testing::Values(Victim{2, 1}, Victim{3, 0}, Victim{8, 3}),
                                            ::testing::Values("start", "reading", "leaf", "reduction", "solve",
                                                              "checkpoint", "finish")),
                         [](const auto& of) {
                           const Victim& victim = std::get<0>(of.param);
                           return fmt::format("{}_rank{}of{}", std::get<1>(of.param), victim.rank, victim.ranks);
                         });

TEST(FailureOfTheOnlyRank, NamesNoRank) {
  const Scratch scratch;
  Process process(command_line(0, 1, {"train", "--data", shipped("iris.csv"), "--run", scratch.path("run")}),
                  environment() + Arguments{"LOCKSTEP_TEST_FAIL=0:reading"});
  const ProcessResult result = process.wait(std::chrono::seconds(60));
  EXPECT_EQ(result.exit_code, 74);
  EXPECT_EQ(error_lines(result),
            std::vector<std::string>{"trainer: error: LOCKSTEP_TEST_FAIL: this rank fails in the phase 'reading'"});
}

TEST(FailureOfAllRanks, IsPrintedOnceAndNamesNone) {
  const Scratch scratch;
  const std::string separated = scratch.write("separated.csv", "x,y\n-2,0\n-1,0\n1,1\n2,1\n");
  const ProcessResult result =
      launch(3, 1, {"train", "--data", separated, "--model", "logistic", "--run", scratch.path("run")});
  EXPECT_EQ(result.exit_code, 69) << result.text();
  ASSERT_EQ(error_lines(result).size(), 1u) << result.text();
  EXPECT_EQ(error_lines(result)[0].find("rank"), std::string::npos) << result.text();
}

}  // namespace
}  // namespace lockstep::testing
