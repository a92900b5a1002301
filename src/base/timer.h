/// Elapsed time for reports. No decision of training may read it, save wishes that all ranks agree on.
#pragma once

#include <chrono>

namespace lockstep {

class Timer {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace lockstep
