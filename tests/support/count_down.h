/// An interruption at a chosen moment.
#pragma once

#include "base/interrupt.h"

#include <atomic>
#include <string>

namespace lockstep::testing {

/// Raised from the n-th question on, while it lives.
class CountDown final : public InterruptSource {
 public:
  explicit CountDown(int questions) : left_(questions) { lockstep::detail::interrupts = this; }
  ~CountDown() override { lockstep::detail::interrupts = nullptr; }

  bool is_raised() const override { return --left_ < 0; }
  std::string name() const override { return "a count"; }

 private:
  mutable std::atomic<int> left_;
};

}  // namespace lockstep::testing
