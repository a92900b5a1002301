#include "run/stop_monitor.h"

#include <csignal>
#include <cstdlib>
#include <utility>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

TEST(StopMonitor, TimeLimitWaitsForProgress) {
  const StopMonitor monitor(1e-9);
  EXPECT_EQ(monitor.wish(false), StopReason::none);
  EXPECT_EQ(monitor.wish(true), StopReason::time_limit);
  EXPECT_EQ(StopMonitor(0).wish(true), StopReason::none);
}

TEST(StopMonitor, WarningOfASchedulerWaitsForProgress) {
  const StopMonitor monitor(0);
  std::raise(SIGUSR1);
  EXPECT_EQ(monitor.wish(false), StopReason::none);
  EXPECT_EQ(monitor.wish(true), StopReason::user_signal);
}

TEST(StopMonitor, TermHupAndIntDoNotWait) {
  for (const auto& [number, reason] :
       {std::pair(SIGTERM, StopReason::terminate), {SIGHUP, StopReason::terminate}, {SIGINT, StopReason::interrupt}}) {
    const StopMonitor monitor(0);
    EXPECT_EQ(monitor.wish(false), StopReason::none);
    std::raise(number);
    EXPECT_EQ(monitor.wish(false), reason);
  }
}

/// Slurm and srun both send one at the time limit.
TEST(StopMonitor, ASecondTermIsTheFirst) {
  const StopMonitor monitor(0);
  std::raise(SIGTERM);
  std::raise(SIGTERM);
  std::raise(SIGHUP);
  std::raise(SIGUSR1);
  EXPECT_EQ(monitor.wish(false), StopReason::terminate);
}

/// While all files are closed and the launcher is told the exit code.
TEST(StopMonitorDeathTest, ASignalAfterTheStopDoesNotChangeTheExitCode) {
  EXPECT_EXIT(
      {
        {
          const StopMonitor monitor(0);
          std::raise(SIGTERM);
        }
        std::raise(SIGTERM);
        std::raise(SIGUSR1);
        std::_Exit(75);
      },
      ::testing::ExitedWithCode(75), "");
  EXPECT_EXIT(
      {
        { const StopMonitor monitor(0); }
        std::raise(SIGTERM);
      },
      ::testing::KilledBySignal(SIGTERM), "");
}

TEST(StopMonitor, AnUrgentSignalOvertakesAWarning) {
  const StopMonitor monitor(0);
  std::raise(SIGUSR1);
  std::raise(SIGTERM);
  EXPECT_EQ(monitor.wish(false), StopReason::terminate);
}

TEST(StopMonitorDeathTest, ASecondIntEndsTheProcess) {
  for (const int first : {SIGINT, SIGTERM}) {
    EXPECT_EXIT(
        {
          const StopMonitor monitor(0);
          std::raise(first);
          std::raise(SIGINT);
          std::_Exit(0);
        },
        ::testing::KilledBySignal(SIGINT), "");
  }
}

TEST(StopMonitor, LeavesToNohupWhatItIgnores) {
  std::signal(SIGHUP, SIG_IGN);
  {
    const StopMonitor monitor(0);
    std::raise(SIGHUP);
    EXPECT_EQ(monitor.wish(true), StopReason::none);
  }
  std::raise(SIGHUP);
  std::signal(SIGHUP, SIG_DFL);
}

TEST(StopMonitor, KnowsOfAWarningThatCameBeforeIt) {
  remember_early_warning();
  std::raise(SIGUSR1);
  {
    const StopMonitor monitor(0);
    EXPECT_EQ(monitor.wish(true), StopReason::user_signal);
  }
  const StopMonitor next(0);
  EXPECT_EQ(next.wish(true), StopReason::none);
}

}  // namespace
}  // namespace lockstep
