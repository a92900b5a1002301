/// Counter-based random numbers: a pure function of (key, stream, counter), the same on every rank and machine.
#pragma once

#include <array>
#include <cstdint>

namespace lockstep {

/// Philox 4x32-10 keyed by a seed; each (stream_high, stream_low) is an independent sequence.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint64_t stream_high, std::uint32_t stream_low);

  std::uint32_t next();

  /// Uniform integer in [0, bound), bound ≥ 1, without bias (D. Lemire, "Fast random integer generation in an
  /// interval", ACM TOMACS 29 (2019)).
  std::uint32_t below(std::uint32_t bound);

  /// Uniform double in [0, 1) with 53 random bits.
  double uniform();

  /// Standard normal from two uniforms (G. E. P. Box, M. E. Muller, "A note on the generation of random normal
  /// deviates", Ann. Math. Stat. 29 (1958)).
  double normal();

 private:
  std::uint64_t seed_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  unsigned used_ = 4;
};

}  // namespace lockstep
