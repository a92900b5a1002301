/// This rank's wish to stop: a signal, or the time limit. The wish rides with the next reduction, so that all ranks
/// stop at the same step.
#pragma once

#include "base/timer.h"

#include <cstdint>
#include <functional>
#include <string>

namespace lockstep {

/// Why to stop; a larger value wins when ranks differ.
enum class StopReason : std::uint64_t { none = 0, time_limit = 1, user_signal = 2, terminate = 3, interrupt = 4 };

std::string to_string(StopReason reason);

/// USR1, which would end this process, is remembered from here on for the StopMonitor to come: a scheduler may warn a
/// job that has just begun.
void remember_early_warning();

/// While it lives, USR1, TERM, HUP and INT ask for a checkpoint and a stop. INT after INT, TERM or HUP, a person who
/// will not wait, ends the process at once; TERM does not: at a time limit both a scheduler and its launcher send one.
/// After one was caught USR1, TERM and HUP still do not end the process when this is gone: more of them come while it
/// is leaving. Signals that this process was started to ignore (nohup) stay ignored. One at a time. max_seconds = 0: no
/// time limit.
class StopMonitor {
 public:
  explicit StopMonitor(double max_seconds);
  ~StopMonitor();
  StopMonitor(const StopMonitor&) = delete;
  StopMonitor& operator=(const StopMonitor&) = delete;

  /// From now on also the wish to stop `seconds` from now, less what `needed` says then that a stop takes.
  void stop_before(double seconds, std::function<double()> needed);

  /// The time limit and USR1, a scheduler's warning of it, wait until this job has made `progress`: one that is stopped
  /// before its first step and submitted again would never end. TERM, HUP and INT, which a
  /// kill may follow, do not wait.
  StopReason wish(bool progress) const;

 private:
  bool is_late() const;

  Timer timer_;
  double max_seconds_;
  double end_seconds_ = 0;  // of timer_; 0: none
  std::function<double()> needed_;
};

}  // namespace lockstep
