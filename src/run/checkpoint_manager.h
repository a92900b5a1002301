/// Writes checkpoints of a run folder and finds the newest valid one. Rank 0 touches the disk.
///
/// The newest `keep` stay, and of those whose validation loss is known the best.
#pragma once

#include "io/file_system.h"
#include "lockstep/base/console.h"
#include "lockstep/comm/communicator.h"
#include "run/checkpoint_writer.h"
#include "run/training_state.h"

#include <optional>
#include <string>
#include <vector>

namespace lockstep {

class CheckpointManager {
 public:
  /// keep ≥ 2: how many checkpoints stay. `folder` exists.
  CheckpointManager(FileSystem& files, std::string folder, int keep, Communicator& comm, Console& console);
  /// Waits for a save that is under way.
  ~CheckpointManager();
  CheckpointManager(const CheckpointManager&) = delete;
  CheckpointManager& operator=(const CheckpointManager&) = delete;

  /// Saves a copy of the state durably on another thread, then removes old ones. A failure is a warning: training goes
  /// on, old checkpoints stay, and it is tried again until the next save. Does nothing on ranks other than 0. Not
  /// collective.
  void save(const TrainingState& state);

  /// Is an earlier save under way? The next one would wait for it. Not collective.
  bool is_saving() const { return writer_.is_writing(); }

  /// Says what has become of earlier saves. Not collective.
  void tell();

  /// Waits for a save that is under way, and says what has become of it. Not collective.
  void settle();

  /// Saves before it returns, after an earlier save, and tries a few times; failure ends the run: throws on every rank.
  /// Collective.
  void save_or_throw(const TrainingState& state);

  /// The newest checkpoint that is valid; each bad one is named in a warning. Empty when there is none at all. Throws
  /// DataError when there are only bad ones, SystemError where one could not be read, FormatError where a sound one is
  /// of another Lockstep. Collective.
  std::optional<TrainingState> load_newest();

  /// One given file. Throws SystemError, DataError or FormatError. Collective.
  TrainingState load(const std::string& path);

  /// The step of the newest checkpoint file, valid or not; −1: there is none. Collective.
  std::int64_t newest_step();

  /// Deletes checkpoints of steps above `step`. Collective.
  void remove_above(std::int64_t step);

  /// Seconds for which saving kept this rank from training.
  double seconds() const { return seconds_; }
  /// Of the processor, on the other thread.
  double processor_seconds() const { return writer_.processor_seconds(); }
  /// That a save took there.
  double longest_seconds() const { return writer_.longest_seconds(); }

 private:
  void write(const TrainingState& state);
  void prune(const TrainingState& state) noexcept;

  FileSystem& files_;
  std::string folder_;
  int keep_;
  Communicator& comm_;
  Console& console_;
  double seconds_ = 0;
  std::vector<std::byte> image_;  // of the last one: its memory is used again
  CheckpointWriter writer_;       // the last member: its thread uses the others
};

}  // namespace lockstep
