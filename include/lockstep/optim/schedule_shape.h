/// Which learning-rate schedule.
#pragma once

#include <cstdint>
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

}  // namespace lockstep
