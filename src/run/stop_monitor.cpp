#include "run/stop_monitor.h"

#include <array>
#include <csignal>
#include <utility>

namespace lockstep {

namespace {

// A handler may only touch an object like this one; it belongs to the process, as signals do.
volatile std::sig_atomic_t caught_signal = 0;

constexpr std::array kSignals = {SIGUSR1, SIGTERM, SIGHUP, SIGINT};

bool is_urgent(int number) {
  return number != 0 && number != SIGUSR1;
}

extern "C" void remember_signal(int number) {
  if (number == SIGINT && is_urgent(caught_signal)) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
  if (!is_urgent(caught_signal)) {
    caught_signal = number;
  }
}

bool has_handler(int number, void (*handler)(int)) {
  struct sigaction now = {};
  sigaction(number, nullptr, &now);
  return now.sa_handler == handler;
}

/// One that is ignored stays so: nohup, or a shell that put this process into the background, wants it.
void remember(int number) {
  if (has_handler(number, SIG_IGN)) {
    return;
  }
  struct sigaction action = {};
  action.sa_handler = remember_signal;
  action.sa_flags = SA_RESTART;
  sigaction(number, &action, nullptr);
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

void remember_early_warning() {
  remember(SIGUSR1);
}

void forget_early_warning() {
  if (has_handler(SIGUSR1, remember_signal)) {
    std::signal(SIGUSR1, SIG_DFL);
    if (caught_signal == SIGUSR1) {
      std::raise(SIGUSR1);
    }
  }
}

StopMonitor::StopMonitor(double max_seconds) : max_seconds_(max_seconds) {
  for (const int number : kSignals) {
    remember(number);
  }
  detail::interrupts = this;
}

StopMonitor::~StopMonitor() {
  detail::interrupts = nullptr;
  const bool is_ending = caught_signal != 0;
  for (const int number : kSignals) {
    if (has_handler(number, remember_signal) && (!is_ending || number == SIGINT)) {
      std::signal(number, SIG_DFL);
    }
  }
  caught_signal = 0;
}

void StopMonitor::stop_before(double seconds, std::function<double()> needed) {
  end_seconds_ = timer_.seconds() + seconds;
  needed_ = std::move(needed);
}

StopReason StopMonitor::wish() const {
  const Phase phase = phase_;
  switch (caught_signal) {
    case SIGTERM:
    case SIGHUP:
      return StopReason::terminate;
    case SIGINT:
      return StopReason::interrupt;
    case SIGUSR1:
      return phase != Phase::first_step ? StopReason::user_signal : StopReason::none;
    default:
      break;
  }
  return phase == Phase::training && is_late() ? StopReason::time_limit : StopReason::none;
}

bool StopMonitor::is_late() const {
  const double now = timer_.seconds();
  return (max_seconds_ > 0 && now >= max_seconds_) || (end_seconds_ > 0 && now + needed_() >= end_seconds_);
}

}  // namespace lockstep
