#include "run/stop_monitor.h"

#include <csignal>
#include <cstdlib>
#include <utility>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

TEST(StopMonitor, TimeLimitWaitsForProgress) {
  {
    StopMonitor monitor(1e-9);
    EXPECT_EQ(monitor.wish(), StopReason::none);
    monitor.begin_training();
    EXPECT_EQ(monitor.wish(), StopReason::none);
    monitor.note_progress();
    EXPECT_EQ(monitor.wish(), StopReason::time_limit);
  }
  StopMonitor unlimited(0);
  unlimited.note_progress();
  EXPECT_EQ(unlimited.wish(), StopReason::none);
}

/// While data are read it does not wait: what is not read in time will not be trained on in time.
TEST(StopMonitor, WarningOfASchedulerWaitsForTheFirstStepOfTraining) {
  StopMonitor monitor(0);
  std::raise(SIGUSR1);
  EXPECT_EQ(monitor.wish(), StopReason::user_signal);
  monitor.begin_training();
  EXPECT_EQ(monitor.wish(), StopReason::none);
  monitor.note_progress();
  EXPECT_EQ(monitor.wish(), StopReason::user_signal);
}

TEST(StopMonitor, InterruptsWhatTakesLongWhileItLives) {
  {
    const StopMonitor monitor(0);
    EXPECT_FALSE(is_interrupted());
    std::raise(SIGTERM);
    EXPECT_TRUE(is_interrupted());
    try {
      heed_interrupt("reading data");
      ADD_FAILURE() << "goes on";
    } catch (const Interrupted& interruption) {
      EXPECT_STREQ(interruption.what(), "stopped by signal TERM while reading data");
      EXPECT_EQ(interruption.code(), ExitCode::stopped_early);
    }
  }
  EXPECT_FALSE(is_interrupted());
  EXPECT_NO_THROW(heed_interrupt("reading data"));
}

TEST(StopMonitor, TermHupAndIntDoNotWait) {
  for (const auto& [number, reason] :
       {std::pair(SIGTERM, StopReason::terminate), {SIGHUP, StopReason::terminate}, {SIGINT, StopReason::interrupt}}) {
    StopMonitor monitor(0);
    monitor.begin_training();
    EXPECT_EQ(monitor.wish(), StopReason::none);
    std::raise(number);
    EXPECT_EQ(monitor.wish(), reason);
  }
}

/// Slurm and srun both send one at the time limit.
TEST(StopMonitor, ASecondTermIsTheFirst) {
  const StopMonitor monitor(0);
  std::raise(SIGTERM);
  std::raise(SIGTERM);
  std::raise(SIGHUP);
  std::raise(SIGUSR1);
  EXPECT_EQ(monitor.wish(), StopReason::terminate);
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
  EXPECT_EQ(monitor.wish(), StopReason::terminate);
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
    EXPECT_EQ(monitor.wish(), StopReason::none);
  }
  std::raise(SIGHUP);
  std::signal(SIGHUP, SIG_DFL);
}

TEST(EarlyWarningDeathTest, EndsWhatHasNoCheckpoint) {
  for (const bool is_early : {true, false}) {
    EXPECT_EXIT(
        {
          remember_early_warning();
          if (is_early) {
            std::raise(SIGUSR1);
          }
          forget_early_warning();
          std::raise(SIGUSR1);
          std::_Exit(0);
        },
        ::testing::KilledBySignal(SIGUSR1), "");
  }
}

TEST(StopMonitor, KnowsOfAWarningThatCameBeforeIt) {
  remember_early_warning();
  std::raise(SIGUSR1);
  {
    const StopMonitor monitor(0);
    EXPECT_EQ(monitor.wish(), StopReason::user_signal);
  }
  const StopMonitor next(0);
  EXPECT_EQ(next.wish(), StopReason::none);
}

}  // namespace
}  // namespace lockstep
