#include "base/exact_sum.h"

#include <bit>
#include <cmath>

namespace lockstep {

namespace {

constexpr int kDigitBits = 32;
constexpr std::int64_t kBase = std::int64_t{1} << kDigitBits;
constexpr std::uint64_t kDigitMask = kBase - 1;
constexpr int kLeastExponent = -1074;
/// Additions after which a word might overflow: each adds less than 2^32 to it.
constexpr std::int64_t kMostUncarried = std::int64_t{1} << 30;

}  // namespace

void ExactSum::add(double value) {
  constexpr int kMantissaBits = 52;
  constexpr std::uint64_t kHidden = std::uint64_t{1} << kMantissaBits;
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto biased = static_cast<int>(bits >> kMantissaBits & 0x7FF);
  const std::uint64_t mantissa = (bits & (kHidden - 1)) | (biased == 0 ? 0 : kHidden);
  const int position = biased == 0 ? 0 : biased - 1;  // of the mantissa's last bit above 2^-1074
  const std::size_t first = static_cast<std::size_t>(position) / kDigitBits;
  const int shift = position % kDigitBits;
  const std::int64_t sign = (bits >> 63) != 0 ? -1 : 1;
  // The mantissa has up to 53 bits, shifted by up to 31: three digits.
  const std::uint64_t low = (mantissa & kDigitMask) << shift;
  const std::uint64_t high = ((mantissa >> kDigitBits) << shift) + (low >> kDigitBits);
  digits_[first] += sign * static_cast<std::int64_t>(low & kDigitMask);
  digits_[first + 1] += sign * static_cast<std::int64_t>(high & kDigitMask);
  digits_[first + 2] += sign * static_cast<std::int64_t>(high >> kDigitBits);
  if (++since_carry_ == kMostUncarried) {
    carry();
  }
}

void ExactSum::add(const ExactSum& other) {
  ExactSum term = other;
  term.carry();
  carry();
  for (std::size_t i = 0; i < kDigits; ++i) {
    digits_[i] += term.digits_[i];
  }
  ++since_carry_;
}

/// Brings all digits but the last into [0, 2^32).
void ExactSum::carry() {
  for (std::size_t i = 0; i + 1 < kDigits; ++i) {
    const std::int64_t over = digits_[i] >> kDigitBits;
    digits_[i] -= over * kBase;
    digits_[i + 1] += over;
  }
  since_carry_ = 0;
}

double ExactSum::value() const {
  ExactSum sum = *this;
  sum.carry();
  const bool is_negative = sum.digits_.back() < 0;
  if (is_negative) {
    for (std::int64_t& digit : sum.digits_) {
      digit = -digit;
    }
    sum.carry();
  }
  std::size_t top = kDigits - 1;
  while (top > 0 && sum.digits_[top] == 0) {
    --top;
  }
  // 64 bits from the first that is set, the last of them also for all that follows: rounded once, to a double.
  const auto digit = [&](std::size_t i) { return static_cast<std::uint64_t>(sum.digits_[i]); };
  const int spare = top < 2 ? 0 : std::countl_zero(digit(top)) - kDigitBits;
  std::uint64_t leading = digit(top);
  int exponent = kLeastExponent + kDigitBits * static_cast<int>(top);
  if (top >= 1) {
    leading = leading << kDigitBits | digit(top - 1);
    exponent -= kDigitBits;
  }
  if (top >= 2) {
    const std::uint64_t next = digit(top - 2);
    leading = leading << spare | (spare == 0 ? 0 : next >> (kDigitBits - spare));
    exponent -= spare;
    bool has_rest = (next << spare & kDigitMask) != 0;
    for (std::size_t i = 0; i + 2 < top; ++i) {
      has_rest = has_rest || sum.digits_[i] != 0;
    }
    leading |= has_rest ? 1 : 0;
  }
  const double magnitude = std::ldexp(static_cast<double>(leading), exponent);
  return is_negative ? -magnitude : magnitude;
}

}  // namespace lockstep
