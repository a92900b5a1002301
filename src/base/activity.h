/// What this process is doing, for those that look on from beside its main thread (run/watchdog.h). One board a
/// process, which costs some nanoseconds to write.
#pragma once

#include <atomic>
#include <cstdint>

namespace lockstep {

enum class Activity : int { starting, reading, training, saving, evaluating, leaving };

namespace detail {
inline std::atomic<Activity> activity = Activity::starting;
inline std::atomic<std::int64_t> step = 0;
inline std::atomic<std::int64_t> messages = 0;
inline std::atomic<bool> is_waiting = false;
}  // namespace detail

/// "training", "reading data", …
inline const char* to_string(Activity activity) {
  switch (activity) {
    case Activity::starting:
      return "starting";
    case Activity::reading:
      return "reading data";
    case Activity::training:
      return "training";
    case Activity::saving:
      return "saving a checkpoint";
    case Activity::evaluating:
      return "evaluating";
    case Activity::leaving:
      return "leaving";
  }
  return "unknown";
}

/// What begins now, to the end of the scope; then what was before goes on.
class Doing {
 public:
  explicit Doing(Activity activity) : before_(detail::activity.exchange(activity, std::memory_order_relaxed)) {}
  ~Doing() { detail::activity.store(before_, std::memory_order_relaxed); }
  Doing(const Doing&) = delete;
  Doing& operator=(const Doing&) = delete;

 private:
  Activity before_;
};

/// The steps of training done so far.
inline void show_step(std::int64_t step) {
  detail::step.store(step, std::memory_order_relaxed);
}

/// The main thread is in a call that other ranks take part in.
class Waiting {
 public:
  Waiting() : before_(detail::is_waiting.exchange(true, std::memory_order_relaxed)) {}
  ~Waiting() {
    detail::is_waiting.store(before_, std::memory_order_relaxed);
    detail::messages.fetch_add(1, std::memory_order_relaxed);
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  bool before_;
};

}  // namespace lockstep
