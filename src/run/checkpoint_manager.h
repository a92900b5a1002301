/// Writes checkpoints of a run folder and finds the newest valid one. Rank 0 touches the disk.
#pragma once

#include "io/file_system.h"
#include "lockstep/base/console.h"
#include "lockstep/comm/communicator.h"
#include "run/training_state.h"

#include <optional>
#include <string>

namespace lockstep {

class CheckpointManager {
 public:
  /// keep ≥ 2: how many checkpoints stay. `folder` exists.
  CheckpointManager(FileSystem& files, std::string folder, int keep, Communicator& comm, Console& console);

  /// Saves durably, then prunes to the newest `keep`. A failure is a warning: training goes on, old checkpoints
  /// stay. Does nothing on ranks other than 0. Not collective.
  void save(const TrainingState& state);

  /// The same, where failure ends the run: throws on every rank. Collective.
  void save_or_throw(const TrainingState& state);

  /// The newest checkpoint that is valid; each bad one is named in a warning. Empty when there is none at all. Throws
  /// DataError when there are only bad ones, FormatError where a sound one is of another Lockstep. Collective.
  std::optional<TrainingState> load_newest();

  /// One given file. Throws SystemError, DataError or FormatError. Collective.
  TrainingState load(const std::string& path);

  /// The step of the newest checkpoint file, valid or not; −1: there is none. Collective.
  std::int64_t newest_step();

  /// Deletes checkpoints of steps above `step`. Collective.
  void remove_above(std::int64_t step);

  /// Seconds spent saving on this rank.
  double seconds() const { return seconds_; }

 private:
  void write(const TrainingState& state);
  void prune();

  FileSystem& files_;
  std::string folder_;
  int keep_;
  Communicator& comm_;
  Console& console_;
  double seconds_ = 0;
};

}  // namespace lockstep
