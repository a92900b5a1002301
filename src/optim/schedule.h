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
/// | warm-up  | warmup:EPOCHS+REST     | η₀ · k/K at the k-th of the first K = EPOCHS · S steps, S an epoch; then REST,
/// | |          |                        | one of the above, whose e and E count from the end of the warm-up |
/// (Warm-up: P. Goyal et al., "Accurate, large minibatch SGD", arXiv:1706.02677, section 2.2.)
struct ScheduleShape {
  enum class Kind { constant, step, cosine, inverse };
  std::string text = "constant";  ///< as written
  Kind kind = Kind::constant;
  double warmup = 0;    ///< EPOCHS of the warm-up; 0: none
  double period = 10;   ///< EPOCHS of step
  double factor = 0.1;  ///< FACTOR of step, RATE of inverse

  /// Throws ConfigurationError for a text that is none of the above.
  static ScheduleShape parse(const std::string& text);

  /// True when the rate depends on the number of epochs in all, so that a longer run is another trajectory.
  bool uses_horizon() const { return kind == Kind::cosine; }
  /// False for a warm-up that leaves no epoch to a cosine.
  bool fits(std::int64_t epochs) const {
    return !(warmup > 0 && uses_horizon() && static_cast<double>(epochs) <= warmup);
  }
};

/// A shape with the rate that it begins at and the number of epochs in all.
class Schedule {
 public:
  /// η₀ = `initial` > 0, E = `epochs` ≥ 0. Throws ConfigurationError where the shape does not fit the epochs.
  Schedule(ScheduleShape shape, double initial, std::int64_t epochs);
  Schedule() = default;

  /// Of a text. Throws ConfigurationError for a text that is none of the above, and for a warm-up that leaves no epoch
  /// to a cosine. initial > 0, epochs ≥ 0.
  static Schedule parse(const std::string& text, double initial, std::int64_t epochs);

  /// The rate of step `step` (of `steps`) in epoch `epoch`.
  double rate(std::int64_t epoch, std::int64_t step, std::int64_t steps) const;

  bool uses_horizon() const { return shape_.uses_horizon(); }

 private:
  ScheduleShape shape_;
  double initial_ = 0;
  double epochs_ = 0;  // after the warm-up
};

}  // namespace lockstep
