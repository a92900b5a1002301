/// This rank's wish to stop: a signal, or the time limit. The wish rides with the next reduction, so that all ranks
/// stop at the same step.
#pragma once

#include "base/interrupt.h"
#include "base/timer.h"

#include <atomic>
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

/// For what has no checkpoint: USR1 ends this process again, also one that was remembered.
void forget_early_warning();

/// While it lives, USR1, TERM, HUP and INT ask for a checkpoint and a stop. INT after INT, TERM or HUP, a person who
/// will not wait, ends the process at once; TERM does not: at a time limit both a scheduler and its launcher send one.
/// After one was caught USR1, TERM and HUP still do not end the process when this is gone: more of them come while it
/// is leaving. Signals that this process was started to ignore (nohup) stay ignored. What takes long asks it by
/// is_interrupted(). One at a time. max_seconds = 0: no time limit.
class StopMonitor final : public InterruptSource {
 public:
  explicit StopMonitor(double max_seconds);
  ~StopMonitor() override;
  StopMonitor(const StopMonitor&) = delete;
  StopMonitor& operator=(const StopMonitor&) = delete;

  /// From now on also the wish to stop `seconds` from now, less what `needed` says then that a stop takes.
  void stop_before(double seconds, std::function<double()> needed);

  /// That this job may take, in all; 0: no limit.
  double limit_seconds() const { return max_seconds_ > 0 ? max_seconds_ : end_seconds_; }

  /// Data are read, and training begins: the time limit and USR1, a scheduler's warning of it, wait until this job has
  /// made progress. One that is stopped before its first step and submitted again would never end.
  void begin_training() { phase_ = Phase::first_step; }
  void note_progress() { phase_ = Phase::training; }

  /// Why to stop now. Before training any signal will do, and no time limit; TERM, HUP and INT, which a kill may
  /// follow, never wait.
  StopReason wish() const;

  bool is_raised() const override { return wish() != StopReason::none; }
  std::string name() const override { return to_string(wish()); }

 private:
  enum class Phase { preparing, first_step, training };

  bool is_late() const;

  std::atomic<Phase> phase_ = Phase::preparing;
  Timer timer_;
  double max_seconds_;
  double end_seconds_ = 0;  // of timer_; 0: none
  std::function<double()> needed_;
};

}  // namespace lockstep
