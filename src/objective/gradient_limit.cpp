/// | symbol | meaning                                                           |
/// | h      | steps 4^−17, 4^−16, …, 1                                          |
/// | D(h)   | (∇F(w + hd) − ∇F(w − hd)) / 2h, errs by c₂ h² + c₄ h⁴ + c₆ h⁶ + … |
/// | T(h)   | combination of D(h), D(4h), D(16h) in which c₂ and c₄ cancel      |
#include "objective/gradient_limit.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace lockstep {

namespace {

constexpr double kShortest = 0x1p-34;
constexpr double kRatio = 4;
constexpr double kLongest = 1 / (kRatio * kRatio);  // T(h) needs 16 h ≤ 1

/// Standard deviation of the rounding of ∇F near w by fourth differences at steps so short that ∇F is straight (R. W.
/// Hamming, "Introduction to Applied Numerical Analysis", 1971, chapter 6), and no less than the rounding of the
/// largest number along the line: units that are saturated at w make tiny slopes of numbers near 1, in stairs too wide
/// for differences to see.
Vector noise_of(const std::function<Vector(double)>& gradient_at) {
  constexpr Index kDifferences = 5;
  const Vector binomials{{1, -4, 6, -4, 1}};
  const Index width = binomials.size();
  Matrix recent = gradient_at(0).replicate(1, width);  // gradient i in column i mod width
  Vector squares = Vector::Zero(recent.rows());
  for (Index i = 1; i < width + kDifferences - 1; ++i) {
    recent.col(i % width) = gradient_at(kShortest * static_cast<double>(i));
    if (i + 1 >= width) {
      Vector difference = Vector::Zero(recent.rows());
      for (Index j = 0; j < width; ++j) {
        difference += binomials[j] * recent.col((i + 1 + j) % width);
      }
      squares += difference.cwiseAbs2();
    }
  }
  double largest = recent.cwiseAbs().maxCoeff();
  for (double h = 1; h > kShortest; h /= kRatio) {
    const Vector gradient = gradient_at(h);
    largest = gradient.allFinite() ? std::max(largest, gradient.cwiseAbs().maxCoeff()) : largest;
  }
  const Vector deviation = (squares / (binomials.squaredNorm() * static_cast<double>(kDifferences))).cwiseSqrt();
  return deviation.cwiseMax(std::numeric_limits<double>::epsilon() * largest);
}

/// Without the error that is `factor` times as large in `longer` as in `shorter`.
Vector extrapolated(const Vector& shorter, const Vector& longer, double factor) {
  return (factor * shorter - longer) / (factor - 1);
}

/// T(h) from D at three steps.
Vector combined(const Vector& shorter, const Vector& middle, const Vector& longer) {
  constexpr double kSecond = kRatio * kRatio;
  return extrapolated(extrapolated(shorter, middle, kSecond), extrapolated(middle, longer, kSecond), kSecond * kSecond);
}

}  // namespace

/// At the shortest steps only rounding errs, by noise / h. An entry takes the longest step up to which each T agrees
/// with the one before to the rounding of that (O. Lepski, "On a problem of adaptive estimation in Gaussian white
/// noise", Theory Probab. Appl. 35 (1991)): a step too long for F shows in the next T, so neither its scale nor a bound
/// on the truncation needs to be known beforehand.
GradientLimit gradient_limit(const std::function<Vector(double)>& gradient_at) {
  constexpr double kAgreement = 8;    // standard deviations
  constexpr double kPrecise = 1e-10;  // relative: such an entry needs no longer steps
  const auto difference = [&](double h) -> Vector { return (gradient_at(h) - gradient_at(-h)) / (2 * h); };
  const Vector noise = noise_of(gradient_at);
  Vector shorter = difference(kShortest);
  Vector middle = difference(kRatio * kShortest);
  Vector longer = difference(kRatio * kRatio * kShortest);
  GradientLimit limit{combined(shorter, middle, longer), noise / kShortest};
  std::vector<Index> open(static_cast<std::size_t>(noise.size()));
  std::iota(open.begin(), open.end(), Index{0});
  for (double h = kRatio * kShortest; h <= kLongest && !open.empty(); h *= kRatio) {
    shorter = std::exchange(middle, std::exchange(longer, difference(kRatio * kRatio * h)));
    const Vector next = combined(shorter, middle, longer);
    std::erase_if(open, [&](Index j) {
      return limit.rounding[j] <= kPrecise * std::abs(limit.value[j]) ||
             !(std::abs(next[j] - limit.value[j]) <= kAgreement * limit.rounding[j]);
    });
    for (const Index j : open) {
      limit.value[j] = next[j];
      limit.rounding[j] = noise[j] / h;
    }
  }
  return limit;
}

}  // namespace lockstep
