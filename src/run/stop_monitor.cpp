#include "run/stop_monitor.h"

#include <array>
#include <csignal>

namespace lockstep {

namespace {

// A handler may only touch an object like this one; it belongs to the process, as signals do.
volatile std::sig_atomic_t caught_signal = 0;

constexpr std::array kSignals = {SIGUSR1, SIGTERM, SIGINT};

extern "C" void remember_signal(int number) {
  if (caught_signal != 0 && number != SIGUSR1 && caught_signal != SIGUSR1) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
  caught_signal = number;
}

}  // namespace

std::string to_string(StopReason reason) {
  switch (reason) {
    case StopReason::none:
      return "no reason";
    case StopReason::time_limit:
      return "the time limit";
    case StopReason::user_signal:
      return "signal USR1";
    case StopReason::terminate:
      return "signal TERM";
    case StopReason::interrupt:
      return "signal INT";
  }
  return "an unknown reason";
}

StopMonitor::StopMonitor(double max_seconds) : max_seconds_(max_seconds) {
  caught_signal = 0;
  struct sigaction action = {};
  action.sa_handler = remember_signal;
  action.sa_flags = SA_RESTART;
  for (const int number : kSignals) {
    sigaction(number, &action, nullptr);
  }
}

StopMonitor::~StopMonitor() {
  for (const int number : kSignals) {
    std::signal(number, SIG_DFL);
  }
}

StopReason StopMonitor::wish(bool progress) const {
  switch (caught_signal) {
    case SIGTERM:
      return StopReason::terminate;
    case SIGINT:
      return StopReason::interrupt;
    case SIGUSR1:
      return progress ? StopReason::user_signal : StopReason::none;
    default:
      break;
  }
  return progress && max_seconds_ > 0 && timer_.seconds() >= max_seconds_ ? StopReason::time_limit : StopReason::none;
}

}  // namespace lockstep
