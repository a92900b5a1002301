#include "run/checkpoint_writer.h"

#include "base/threads.h"
#include "base/timer.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <exception>
#include <utility>

namespace lockstep {

namespace {

constexpr std::chrono::seconds kFirstPause{1};
constexpr std::chrono::seconds kLongestPause{60};

std::chrono::seconds pause_after(int failures) {
  constexpr int kDoublings = 6;
  return std::min(kLongestPause, kFirstPause * (1 << std::min(failures - 1, kDoublings)));
}

double thread_seconds() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

}  // namespace

CheckpointWriter::~CheckpointWriter() {
  if (!thread_.joinable()) {
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void CheckpointWriter::submit(const TrainingState& state) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return task_ == Task::none || task_ == Task::failed; });
  task_ = Task::none;
  state_ = state;
  task_ = Task::waiting;
  failures_ = 0;
  if (!thread_.joinable()) {
    thread_ = thread_without_signals([this] { run(); });
  }
  lock.unlock();
  changed_.notify_all();
}

void CheckpointWriter::settle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return task_ == Task::none || task_ == Task::failed; });
  task_ = Task::none;
}

bool CheckpointWriter::is_writing() const {
  const std::lock_guard lock(mutex_);
  return task_ == Task::waiting || task_ == Task::writing;
}

std::vector<WriteNews> CheckpointWriter::take_news() {
  const std::lock_guard lock(mutex_);
  return std::exchange(news_, {});
}

double CheckpointWriter::processor_seconds() const {
  const std::lock_guard lock(mutex_);
  return processor_seconds_;
}

double CheckpointWriter::longest_seconds() const {
  const std::lock_guard lock(mutex_);
  return longest_seconds_;
}

void CheckpointWriter::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    switch (task_) {
      case Task::waiting:
        write(lock);
        break;
      case Task::failed:
        if (ends_) {
          return;
        }
        if (changed_.wait_for(lock, pause_after(failures_)) == std::cv_status::timeout && task_ == Task::failed) {
          task_ = Task::waiting;
        }
        break;
      case Task::none:
      case Task::writing:
        if (ends_) {
          return;
        }
        changed_.wait(lock);
        break;
    }
  }
}

void CheckpointWriter::write(std::unique_lock<std::mutex>& lock) {
  task_ = Task::writing;
  lock.unlock();
  const Timer timer;
  std::string failure;
  try {
    write_(state_);
  } catch (const std::exception& error) {  // lack of memory among them
    failure = error.what();
  }
  lock.lock();
  processor_seconds_ = thread_seconds();
  if (is_failing_ == failure.empty()) {
    news_.push_back({state_.optimizer.iteration, failure});
  }
  is_failing_ = !failure.empty();
  failures_ += is_failing_ ? 1 : 0;
  longest_seconds_ = std::max(longest_seconds_, timer.seconds());
  task_ = failure.empty() ? Task::none : Task::failed;
  changed_.notify_all();
}

}  // namespace lockstep
