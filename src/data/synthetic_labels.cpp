#include "data/synthetic_labels.h"

#include "base/portable_math.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lockstep::synthetic {

// Sums of products are fused in so many words, or not at all: which of them a compiler fuses is its own.
namespace {

double normal(RandomStream& random) {
  const std::uint32_t first = random.next();
  return portable::normal_pair(first, random.next())[0];
}

/// In (0, 1).
double open_uniform(RandomStream& random) {
  return std::min(random.uniform() + 0x1p-54, 1 - 0x1p-53);
}

/// Number of events of rate `mean`, at most about 1e6: the sum of draws whose means are small, each by inversion.
double poisson_draw(RandomStream& random, double mean) {
  constexpr double kPart = 16;
  const double parts = std::max(1.0, std::ceil(mean / kPart));
  const double of_part = mean / parts;
  const double none = portable::exp(-of_part);
  const double most = 40 * kPart;  // no draw comes near: where rounding would let the search run on
  double sum = 0;
  for (double part = 0; part < parts; ++part) {
    const double u = random.uniform();
    double k = 0;
    double probability = none;
    double reached = none;
    while (u >= reached && k < most) {
      k += 1;
      const double ratio = of_part / k;
      reached = std::fma(probability, ratio, reached);
      probability *= ratio;
    }
    sum += k;
  }
  return sum;
}

/// Gamma of this shape and scale 1 (G. Marsaglia, W. W. Tsang, "A simple method for generating gamma variables", ACM
/// TOMS 26 (2000)); a shape below 1 by one more and a power of a uniform.
double gamma_draw(RandomStream& random, double shape) {
  if (shape < 1) {
    const double power = portable::exp(portable::log(open_uniform(random)) / shape);
    return gamma_draw(random, shape + 1) * power;
  }
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = normal(random);
    const double root = std::fma(c, x, 1.0);
    const double v = std::fma(root * root, root, 0.0);
    const double u = open_uniform(random);
    const double square = x * x;
    if (root > 0 && portable::log(u) < std::fma(0.5, square, d * (1 - v + portable::log(v)))) {
      return d * v;
    }
  }
}

}  // namespace

double linear(RandomStream& random, double z, double noise) {
  return std::fma(noise, normal(random), z);
}

double logistic(RandomStream& random, double z, double noise) {
  const double u = open_uniform(random);
  return std::fma(noise, portable::log(u) - portable::log(1 - u), z) > 0 ? 1 : 0;
}

double largest(RandomStream& random, std::span<const double> z, double noise) {
  double best = -std::numeric_limits<double>::infinity();
  double place = 0;
  for (std::size_t k = 0; k < z.size(); ++k) {
    const double value = std::fma(-noise, portable::log(-portable::log(open_uniform(random))), z[k]);
    if (value > best) {
      best = value;
      place = static_cast<double>(k);
    }
  }
  return place;
}

double poisson(RandomStream& random, double z, double noise) {
  const double mean = portable::exp(z);
  const double dispersion = noise * noise;
  return noise == 0 ? mean : dispersion * poisson_draw(random, mean / dispersion);
}

double gamma(RandomStream& random, double z, double noise) {
  const double mean = portable::exp(z);
  const double dispersion = noise * noise;
  constexpr double kLeast = std::numeric_limits<double>::min();  // labels are above 0
  return noise == 0 ? mean : std::max(kLeast, mean * dispersion * gamma_draw(random, 1 / dispersion));
}

}  // namespace lockstep::synthetic
