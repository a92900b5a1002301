/// Learning-rate schedules: the rate as a pure function of the position in the run.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace lockstep {

/// | schedule | text                   | rate at epoch position e (epochs done, with fraction), E epochs in all |
/// | constant | constant               | η₀                                    |
/// | step     | step[:EPOCHS[:FACTOR]] | η₀ · FACTOR^⌊e/EPOCHS⌋  (10, 0.1)     |
/// | cosine   | cosine                 | η₀ · ½ (1 + cos(π e/E))               |
/// | inverse  | inverse[:RATE]         | η₀ / (1 + RATE · e)  (1)              |
/// | warm-up  | warmup:EPOCHS+REST     | η₀ · k/K at the k-th of the first K = EPOCHS · S steps, S an epoch; then REST,
/// | |          |                        | one of the above, whose e and E count from the end of the warm-up |
/// (Warm-up: P. Goyal et al., "Accurate, large minibatch SGD", arXiv:1706.02677, section 2.2.)
///
/// A schedule is a class and one row of the table in schedule.cpp.
class Schedule {
 public:
  /// Throws ConfigurationError for a text that is none of the above, and for a warm-up that leaves no epoch to a
  /// cosine. initial > 0, epochs ≥ 0.
  static std::unique_ptr<const Schedule> parse(const std::string& text, double initial, std::int64_t epochs);

  virtual ~Schedule() = default;

  /// The rate of step `step` (of `steps`) in epoch `epoch`.
  double rate(std::int64_t epoch, std::int64_t step, std::int64_t steps) const {
    return rate_after(static_cast<double>(epoch * steps + step), static_cast<double>(steps));
  }

  /// The rate after `done` ≥ 0 steps, `steps` an epoch, counted from where the schedule begins.
  virtual double rate_after(double done, double steps) const = 0;

  /// True when the rate depends on the number of epochs in all, so that a longer run is another trajectory.
  virtual bool uses_horizon() const { return false; }
};

}  // namespace lockstep
