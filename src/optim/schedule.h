/// Learning-rate schedules: the rate as a pure function of the position in the run.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

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
struct ScheduleShape {
  std::string text = "constant";  ///< as written
  std::string name = "constant";
  double warmup = 0;            ///< EPOCHS of the warm-up; 0: none
  std::vector<double> numbers;  ///< after the name, > 0; those left out at the end have their defaults

  /// Throws ConfigurationError for a text that is none of the above.
  static ScheduleShape parse(const std::string& text);

  /// True when the rate depends on the number of epochs in all, so that a longer run is another trajectory.
  bool uses_horizon() const;
  /// False for a warm-up that leaves no epoch to a schedule that uses the horizon.
  bool fits(std::int64_t epochs) const;
};

/// A shape with the rate η₀ that it begins at and the number of epochs E in all.
class Schedule {
 public:
  /// initial > 0, epochs ≥ 0. Throws ConfigurationError where the shape does not fit the epochs.
  static std::unique_ptr<const Schedule> make(const ScheduleShape& shape, double initial, std::int64_t epochs);
  /// Of a text.
  static std::unique_ptr<const Schedule> parse(const std::string& text, double initial, std::int64_t epochs) {
    return make(ScheduleShape::parse(text), initial, epochs);
  }

  virtual ~Schedule() = default;

  /// The rate of step `step` (of `steps`) in epoch `epoch`.
  double rate(std::int64_t epoch, std::int64_t step, std::int64_t steps) const {
    return rate_after(static_cast<double>(epoch * steps + step), static_cast<double>(steps));
  }

  /// The rate after `done` ≥ 0 steps, `steps` an epoch, counted from where the schedule begins.
  virtual double rate_after(double done, double steps) const = 0;
};

}  // namespace lockstep
