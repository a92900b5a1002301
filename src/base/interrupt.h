/// A wish that this process end what takes long before it is done: of a signal or a clock (run/stop_monitor.h), heeded
/// between pieces of work. Whoever gives up has its rank's word only: that all ranks give up is told by the next
/// reduction, or agreed on as any error is.
#pragma once

#include "lockstep/base/errors.h"

#include <atomic>
#include <string>

namespace lockstep {

/// The work was given up; what stood before it stands. stopped_early.
class Interrupted : public Error {
 public:
  explicit Interrupted(const std::string& text) : Error(ExitCode::stopped_early, text) {}
};

/// Who knows of such wishes. Asked from any thread.
class InterruptSource {
 public:
  virtual ~InterruptSource() = default;
  virtual bool is_raised() const = 0;
  /// "signal USR1"
  virtual std::string name() const = 0;
};

namespace detail {
inline std::atomic<const InterruptSource*> interrupts = nullptr;
}  // namespace detail

inline bool is_interrupted() {
  const InterruptSource* source = detail::interrupts.load(std::memory_order_acquire);
  return source != nullptr && source->is_raised();
}

/// Throws Interrupted "stopped by signal USR1 while WHAT" where there is such a wish. Where errors are agreed on.
inline void heed_interrupt(const char* what) {
  if (is_interrupted()) [[unlikely]] {
    throw Interrupted("stopped by " + detail::interrupts.load()->name() + " while " + what);
  }
}

}  // namespace lockstep
