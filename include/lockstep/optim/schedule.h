/// Learning-rate schedules: the rate as a pure function of the position in the run.
#pragma once

#include <cstdint>
#include <string>

namespace lockstep {

/// | kind     | text                   | rate at epoch position e (epochs done, with fraction), E epochs in all |
/// | constant | constant               | η₀                                    |
/// | step     | step[:EPOCHS[:FACTOR]] | η₀ · FACTOR^⌊e/EPOCHS⌋  (10, 0.1)     |
/// | cosine   | cosine                 | η₀ · ½ (1 + cos(π e/E))               |
/// | inverse  | inverse[:RATE]         | η₀ / (1 + RATE · e)  (1)              |
class Schedule {
 public:
  enum class Kind { constant, step, cosine, inverse };

  /// Throws ConfigurationError for a text that is none of the above. initial > 0, epochs ≥ 0.
  static Schedule parse(const std::string& text, double initial, std::int64_t epochs);

  /// The rate of step `step` (of `steps`) in epoch `epoch`.
  double rate(std::int64_t epoch, std::int64_t step, std::int64_t steps) const;

  /// True when the rate depends on the number of epochs in all, so that a longer run is another trajectory.
  bool uses_horizon() const { return kind_ == Kind::cosine; }

 private:
  Kind kind_ = Kind::constant;
  double initial_ = 0;
  double epochs_ = 0;
  double period_ = 10;
  double factor_ = 0.1;
};

}  // namespace lockstep
