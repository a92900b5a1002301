/// Sums of doubles without rounding: the same for any order of the terms, and so for any ranks and threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace lockstep {

/// A fixed-point number as wide as the range of doubles (Kulisch's long accumulator): digits of 32 bits, each in a
/// signed word that carries are kept in until they are needed.
class ExactSum {
 public:
  /// `value` is finite.
  void add(double value);
  void add(const ExactSum& other);

  /// The double nearest to the sum; infinite where it is beyond all of them.
  double value() const;

  /// The sum over a count > 0, rounded twice.
  double mean(std::int64_t count) const { return value() / static_cast<double>(count); }

 private:
  /// 2^-1074 has exponent 0 of digit 0; 2^1023 · 2^63 terms need 2160 bits.
  static constexpr std::size_t kDigits = 70;

  void carry();

  std::array<std::int64_t, kDigits> digits_{};
  std::int64_t since_carry_ = 0;
};

}  // namespace lockstep
