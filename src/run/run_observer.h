/// Follows a run: history, metrics.jsonl, progress lines and checkpoints at their intervals.
#pragma once

#include "base/timer.h"
#include "lockstep/optim/minimizer.h"
#include "run/checkpoint_manager.h"
#include "run/run_log.h"
#include "run/settings.h"
#include "run/stop_monitor.h"

#include <functional>

namespace lockstep {

class RunObserver final : public IterationObserver {
 public:
  /// `state.optimizer` is the state that the optimizer advances. `agreed` says, alike on every rank, whether a rank's
  /// wish for a checkpoint rode with the last oracle call. `monitor` is told of progress. `log` is null on ranks other
  /// than 0.
  RunObserver(const TrainSettings& settings, TrainingState& state, std::function<bool()> agreed, StopMonitor& monitor,
              CheckpointManager& checkpoints, RunLog* log, Communicator& comm, Console& console);

  void iteration_completed(const OptimizerState& state, const IterationReport& report) override;
  void step_completed(const OptimizerState& state) override;

  /// Rank 0's clock says that a checkpoint is due, and none is being written; a wish that rides with the next
  /// reduction.
  bool wishes_checkpoint() const;

  /// What a stop may take on this rank: one more step and a checkpoint, twice the longest so far, and the end of a
  /// process.
  double seconds_to_stop() const;

  /// Saves the end of a run; a failure ends it with 74. Collective.
  void save_end();

  /// Says what the end shows, unless it was said before: mini-batch steps led uphill; the optimum is not unique.
  void warn_at_end(const Summary& summary);

 private:
  bool is_due(const OptimizerState& state) const;
  void save();
  void note_step(const OptimizerState& state);
  void agree_on_state();
  void show_progress(const HistoryEntry& entry, bool has_validation);
  void warn_of_lost_ground(double objective);
  void warn_of_damping(double damping, const std::vector<std::string>& weak_parameters);
  void warn_of_rising_loss();
  void warn_of_log();

  const TrainSettings& settings_;
  TrainingState& state_;
  std::function<bool()> agreed_;
  StopMonitor& monitor_;
  CheckpointManager& checkpoints_;
  RunLog* log_;
  Communicator& comm_;
  Console& console_;
  CheckpointInterval interval_;
  Timer run_timer_;
  Timer since_checkpoint_;
  Timer since_line_;
  Timer since_step_;
  double longest_step_seconds_ = 0;
  int lines_ = 0;
  bool warned_of_log_ = false;
  bool warned_of_damping_ = false;
  bool warned_of_rising_loss_ = false;
};

}  // namespace lockstep
