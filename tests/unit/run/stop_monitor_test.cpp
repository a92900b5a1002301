#include "run/stop_monitor.h"

#include <csignal>

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

TEST(StopMonitor, TermAndIntDoNotWait) {
  {
    const StopMonitor monitor(0);
    std::raise(SIGTERM);
    EXPECT_EQ(monitor.wish(false), StopReason::terminate);
  }
  const StopMonitor monitor(0);
  std::raise(SIGINT);
  EXPECT_EQ(monitor.wish(false), StopReason::interrupt);
}

}  // namespace
}  // namespace lockstep
