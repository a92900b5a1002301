/// Writes states on a thread of its own, while training goes on.
#pragma once

#include "run/training_state.h"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace lockstep {

/// What came of a write.
struct WriteNews {
  std::int64_t step = 0;
  std::string failure;  ///< empty: it is written, after one that had failed
};

/// One state at a time. The caller pays for a copy of it; a write that is under way is waited for, so that states never
/// pile up. One that fails is tried again, later and later, until the next state takes its place.
class CheckpointWriter {
 public:
  /// Writes a state or throws.
  using Write = std::function<void(const TrainingState&)>;

  explicit CheckpointWriter(Write write) : write_(std::move(write)) {}
  /// Waits for a write that is under way.
  ~CheckpointWriter();
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;

  /// Throws std::bad_alloc where there is no memory for the copy.
  void submit(const TrainingState& state);

  /// Waits until nothing is being written. One that has failed is not tried again.
  void settle();

  /// Is a state being written, or about to be?
  bool is_writing() const;

  /// What has happened since the last call: that writes begin to fail, and that one comes through after all.
  std::vector<WriteNews> take_news();

  /// Of the thread's processor, in all.
  double processor_seconds() const;
  /// That a write took.
  double longest_seconds() const;

 private:
  enum class Task { none, waiting, writing, failed };

  void run();
  void write(std::unique_lock<std::mutex>& lock);

  Write write_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  TrainingState state_;  // the thread's while `writing`
  Task task_ = Task::none;
  int failures_ = 0;  // of state_
  bool is_failing_ = false;
  bool ends_ = false;
  std::vector<WriteNews> news_;
  double processor_seconds_ = 0;
  double longest_seconds_ = 0;
  std::thread thread_;  // from the first state on
};

}  // namespace lockstep
