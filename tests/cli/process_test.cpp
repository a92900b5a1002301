/// The helper that all tests here rely on can itself see failure.
#include "support/process.h"

#include <chrono>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>

namespace lockstep::testing {
namespace {

TEST(RunProcess, GivesOutputErrorsAndExitCode) {
  const auto result = run_process({"/bin/sh", "-c", "echo $WORD; echo wrong >&2; cat; exit 7"}, {"WORD=right"});
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(result.out, "right\n");
  EXPECT_EQ(result.err, "wrong\n");
}

TEST(RunProcess, MissingProgramIs127) {
  EXPECT_EQ(run_process({"/no/such/program"}).exit_code, 127);
}

TEST(RunProcess, SaysWhichSignalEndedIt) {
  const auto result = run_process({"/bin/sh", "-c", "kill -9 $$"});
  EXPECT_EQ(result.signal, SIGKILL);
  EXPECT_EQ(result.exit_code, -1);
}

TEST(RunProcess, TimeOutKillsTheProgramAndItsChildren) {
  Process process({"/bin/sh", "-c", "sleep 60 & sleep 60"});
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const auto children = children_of(process.pid());
  ASSERT_EQ(children.size(), 2u);
  const auto result = process.wait(std::chrono::milliseconds(100));
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.exit_code, -1);
  for (const pid_t child : children) {
    for (int i = 0; i < 500 && is_alive(child); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    EXPECT_FALSE(is_alive(child));
  }
}

}  // namespace
}  // namespace lockstep::testing
