/// Elementary functions and normal deviates whose bits are the same on every machine: additions, products, quotients,
/// roots and fused multiply-adds alone, all of which IEEE 754 rounds in one way. Near to a few units in the last place.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>

namespace lockstep::portable {

namespace detail {

/// Σ c_i x^i
template <std::size_t n>
double polynomial(double x, const std::array<double, n>& c) {
  double sum = c[n - 1];
  for (std::size_t i = n - 1; i-- > 0;) {
    sum = std::fma(sum, x, c[i]);
  }
  return sum;
}

/// 1/i! for i = first, first + step, …, with alternating signs where step is 2
template <std::size_t n>
constexpr std::array<double, n> factorial_series(int first, int step) {
  std::array<double, n> c{};
  double factorial = 1;
  int at = 1;
  for (std::size_t i = 0; i < n; ++i) {
    for (; at <= first + static_cast<int>(i) * step; ++at) {
      factorial *= at;
    }
    c[i] = (step == 2 && i % 2 == 1 ? -1 : 1) / factorial;
  }
  return c;
}

constexpr double kLn2High = 0x1.62e42fefa39efp-1;
constexpr double kLn2Low = 0x1.abc9e3b39803fp-56;
/// An integer added to its bits stands in the last ones of the sum.
constexpr double kInteger = 0x1.8p52;

}  // namespace detail

/// ln x of a normal x > 0: x = 2^k m, √½ ≤ m < √2, ln m = 2 artanh((m − 1)/(m + 1)).
inline double log(double x) {
  constexpr std::array<double, 11> kOdd = {1,        1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9, 1.0 / 11,
                                           1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21};
  constexpr std::uint64_t kHalfRoot = 0x3fe6a09e667f3bcd;  // √½
  constexpr std::uint64_t kBias = 1024;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const std::uint64_t exponent = (bits - kHalfRoot + (kBias << 52)) >> 52;  // k + bias
  const double m = std::bit_cast<double>(bits - ((exponent - kBias) << 52));
  const double k = std::bit_cast<double>(exponent | 0x4330000000000000) - (0x1p52 + kBias);
  const double s = (m - 1) / (m + 1);
  const double of_m = 2 * s * detail::polynomial(s * s, kOdd);
  return std::fma(k, detail::kLn2High, std::fma(k, detail::kLn2Low, of_m));
}

/// e^x; of |x| > 700 as of ±700.
inline double exp(double x) {
  constexpr double kMost = 700;
  constexpr auto kSeries = detail::factorial_series<14>(0, 1);
  x = x < -kMost ? -kMost : x > kMost ? kMost : x;
  const double shifted = std::fma(x, 0x1.71547652b82fep0, detail::kInteger);  // x / ln 2
  const double k = shifted - detail::kInteger;
  const double r = std::fma(-k, detail::kLn2Low, std::fma(-k, detail::kLn2High, x));
  const auto scale = (std::bit_cast<std::uint64_t>(shifted) + 1023) << 52;
  return detail::polynomial(r, kSeries) * std::bit_cast<double>(scale);
}

/// 1 − 2 / (e^{2x} + 1)
inline double tanh(double x) {
  return 1 - 2 / (exp(2 * x) + 1);
}

/// sin and cos of 2π t, |t| ≤ ½.
struct SinCos {
  double sin;
  double cos;
};
inline SinCos sincos_turns(double t) {
  constexpr auto kSin = detail::factorial_series<8>(1, 2);
  constexpr auto kCos = detail::factorial_series<9>(0, 2);
  const double shifted = std::fma(t, 4.0, detail::kInteger);
  const double a = 0x1.921fb54442d18p2 * std::fma(shifted - detail::kInteger, -0.25, t);  // within a quarter, ± π/4
  const double square = a * a;
  const double sine = a * detail::polynomial(square, kSin);
  const double cosine = detail::polynomial(square, kCos);
  const auto quarter = std::bit_cast<std::uint64_t>(shifted) & 3;
  const bool is_odd = (quarter & 1) != 0;
  const std::uint64_t sin_sign = (quarter & 2) << 62;
  const std::uint64_t cos_sign = ((quarter + 1) & 2) << 62;
  return {std::bit_cast<double>(std::bit_cast<std::uint64_t>(is_odd ? cosine : sine) ^ sin_sign),
          std::bit_cast<double>(std::bit_cast<std::uint64_t>(is_odd ? sine : cosine) ^ cos_sign)};
}

/// Two independent standard normal deviates from two words of 32 random bits (Box and Muller, as RandomStream).
inline std::array<double, 2> normal_pair(std::uint32_t first, std::uint32_t second) {
  const double u = (static_cast<double>(first) + 0.5) * 0x1p-32;
  const double radius = std::sqrt(-2 * log(u));
  const SinCos direction = sincos_turns(static_cast<double>(static_cast<std::int32_t>(second)) * 0x1p-32);
  return {radius * direction.cos, radius * direction.sin};
}

/// Standard normal deviates: those that normal_pair() makes of the words of RandomStream(seed, high, low), two by two.
void fill_normal(std::uint64_t seed, std::uint64_t stream_high, std::uint32_t stream_low, std::span<double> out);

}  // namespace lockstep::portable
