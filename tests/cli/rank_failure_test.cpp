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

/// One bit, on one rank: seen at the next reduction, and never saved. (Newton takes rank 0's solution everywhere.)
TEST(RanksThatDrift, EndWith70NamingTheOddOneAndSaveNothing) {
  for (const char* optimizer : {"lbfgs", "sgd"}) {
    const Scratch scratch;
    const Arguments train = {
        "train", "--data", shipped("breast_cancer.csv"), "--optimizer", optimizer, "--l2",
        "1e-3",  "--run",  scratch.path("run"),          "--progress",  "none",    "--checkpoint-every",
        "1i"};
    const ProcessResult result =
        run_process(command_line(3, 1, train), environment() + Arguments{"LOCKSTEP_TEST_FAIL=2:drift"});
    EXPECT_EQ(result.exit_code, 70) << result.text();
    ASSERT_EQ(error_lines(result).size(), 1u) << result.text();
    EXPECT_NE(error_lines(result)[0].find("ranks diverged: rank 2 of 3"), std::string::npos) << result.text();
    EXPECT_TRUE(checkpoints_of(scratch.path("run")).empty());
    EXPECT_FALSE(exists(scratch.path("run") + "/model.h5"));
  }
}

/// A job of two programs, by mpirun's colon.
TEST(RanksThatWereStartedUnalike, EndWith78NamingTheOne) {
  const Scratch scratch;
  const Arguments first = command_line(
      1, 1,
      {"train", "--data", shipped("iris.csv"), "--model", "softmax", "--l2", "1e-3", "--run", scratch.path("run")});
  const auto jobs = [&](const std::string& program, const Arguments& arguments) {
    return run_process(first + Arguments{":", "-n", "1", program} + arguments, environment(), std::chrono::seconds(30));
  };
  const std::string trainer = command_line(0, 0, {}).front();
  const ProcessResult other_command = jobs(trainer, {"inspect", shipped("iris.csv")});
  EXPECT_EQ(other_command.exit_code, 78) << other_command.text();
  EXPECT_NE(other_command.text().find("rank 1 was told 'inspect', rank 0 'train'"), std::string::npos);
  const ProcessResult other_settings = jobs(trainer, {"train", "--data", shipped("iris.csv"), "--model", "softmax",
                                                      "--l2", "1e-2", "--run", scratch.path("run"), "--threads", "1"});
  EXPECT_EQ(other_settings.exit_code, 78) << other_settings.text();
  EXPECT_NE(other_settings.text().find("rank 1 was given other settings than rank 0, from 'l2' on"), std::string::npos);
  const std::string rebuilt = scratch.write("trainer", content_of(trainer) + '\0');
  std::filesystem::permissions(rebuilt, std::filesystem::perms::owner_all);
  const ProcessResult other_binary = jobs(rebuilt, {"train", "--data", shipped("iris.csv"), "--model", "softmax",
                                                    "--l2", "1e-3", "--run", scratch.path("run"), "--threads", "1"});
  EXPECT_EQ(other_binary.exit_code, 78) << other_binary.text();
  EXPECT_NE(other_binary.text().find("rank 1 runs another binary than rank 0"), std::string::npos);
  EXPECT_FALSE(exists(scratch.path("run")));
}

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
