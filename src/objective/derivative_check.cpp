#include "objective/derivative_check.h"

#include "base/lanes.h"
#include "base/random.h"
#include "lockstep/base/errors.h"
#include "objective/gradient_limit.h"
#include "objective/remainders.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>

namespace lockstep {

namespace {

using Kind = DerivativeCheck::Kind;

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr std::uint64_t kDirections = 0xd1;  // streams of random numbers: directions and points
constexpr std::uint32_t kPointNumber = 1U << 20;
constexpr int kMostHalvings = 200;
constexpr int kTries = 4;        // directions of smooth functions
constexpr int kKinkedTries = 8;  // where a kink may lie in the way

/// Functions with kinks are checked this part of a random direction away: w itself may lie on one, as a relu network
/// with zero biases does for every row that no unit of a layer sees.
constexpr double kAside = 0x1p-6;

constexpr int kSteps = 44;  // h = 1 … 2^−43

/// F, ∇F and ∇²F d at w, for one direction d.
struct Line {
  Line(Objective& on, const Vector& from, const Vector& along) : objective(on), w(from), d(along) {
    Evaluation at;
    objective.evaluate(w, Order::gradient, at);
    objective.update(UpdateKind::initial);
    objective.curvature_product(w, d, Curvature::exact, product);
    value = at.value;
    scale = at.scale;
    gradient = at.gradient;
    slope = dot(gradient, d);
    curvature = dot(product, d);
    if (!std::isfinite(value) || !gradient.allFinite() || !product.allFinite()) {
      throw Agreed<NumericalStop>("the objective or its derivatives are not finite at the point to check");
    }
  }
  double at(double h) const {
    Evaluation there;
    objective.evaluate(w + h * d, Order::value, there);
    return there.value;
  }
  Vector gradient_at(double h) const {
    Evaluation there;
    objective.evaluate(w + h * d, Order::gradient, there);
    return there.gradient;
  }
  Objective& objective;
  const Vector& w;
  const Vector& d;
  double value = 0;
  double scale = 0;
  Vector gradient;
  Vector product;
  double slope = 0;      // ⟨∇F, d⟩
  double curvature = 0;  // dᵀ∇²F d
};

/// Standard deviation of the rounding of F near w, from fourth differences at steps so short that F is straight
/// (R. W. Hamming, "Introduction to Applied Numerical Analysis", 1971, chapter 6; J. J. Moré, S. M. Wild, "Estimating
/// computational noise", SIAM J. Sci. Comput. 33 (2011)); at least the rounding of one number.
double noise_of(const Line& line) {
  constexpr double kStep = 0x1p-34;
  constexpr int kValues = 9;
  std::vector<double> table(kValues);
  for (int i = 0; i < kValues; ++i) {
    table[static_cast<std::size_t>(i)] = line.at(kStep * i);
  }
  for (int order = 1; order <= 4; ++order) {
    for (std::size_t i = 0; i + 1 < table.size(); ++i) {
      table[i] = table[i + 1] - table[i];
    }
    table.pop_back();
  }
  double squares = 0;
  for (const double difference : table) {
    squares += difference * difference;
  }
  constexpr double kBinomials = 70;  // 1² + 4² + 6² + 4² + 1²
  return std::max(kEpsilon * line.scale, std::sqrt(squares / (kBinomials * static_cast<double>(table.size()))));
}

/// Rounding of F(w + hd) by that of the point and of the value: Σ |w + hd|ⱼ |∇F + h ∇²F d|ⱼ + scale of F, in units of
/// ε.
double rounding_at(const Line& line, double h, double value) {
  const Vector slope = line.gradient + h * line.product;
  return dot((line.w + h * line.d).cwiseAbs(), slope.cwiseAbs()) + std::max(line.scale, std::abs(value));
}

/// A remainder may fall faster; without a slope it is rounding.
DerivativeCheck judge(Kind kind, double expected, Smoothness smoothness, const Remainders& remainders) {
  // Kinks add a random part; a wrong gradient has slope 1, a wrong Hessian slope 2. Without kinks the fewest steps are
  // the best: those before them may show the higher terms of a function that varies on several scales.
  const double tolerance = smoothness == Smoothness::kinked ? 0.4 : 0.25;
  const std::size_t most = smoothness == Smoothness::smooth ? 3 : 6;
  const std::optional<double> slope = remainders.slope(most);
  DerivativeCheck check{kind, slope.value_or(expected), expected, tolerance, !slope.has_value()};
  check.passed = check.measured >= expected - tolerance;
  return check;
}

std::vector<DerivativeCheck> taylor_checks(const Line& line, Smoothness smoothness) {
  const double noise = noise_of(line);
  const double slope_scale = dot(line.gradient.cwiseAbs(), line.d.cwiseAbs());
  const double curvature_scale = dot(line.product.cwiseAbs(), line.d.cwiseAbs());
  const bool has_second = smoothness == Smoothness::smooth;
  Remainders first;
  Remainders second;
  for (int k = 0; k < kSteps && !(first.has_sunk() && (!has_second || second.has_sunk())); ++k) {
    const double h = std::ldexp(1.0, -k);
    const double value = line.at(h);
    const double rest = value - line.value - h * line.slope;
    const double level = noise + kEpsilon * (rounding_at(line, h, value) + h * slope_scale);
    first.add(rest, level);
    second.add(rest - 0.5 * h * h * line.curvature, level + kEpsilon * h * h * curvature_scale);
  }
  std::vector<DerivativeCheck> checks = {judge(Kind::gradient_slope, 2, smoothness, first)};
  if (has_second) {
    checks.push_back(judge(Kind::hessian_slope, 3, smoothness, second));
  }
  return checks;
}

/// The limit by Richardson's extrapolation of central differences, where its own error estimate is least (C. Ridders,
/// "Accurate computation of F'(x) and F'(x) F''(x)", Adv. Eng. Software 4 (1982)).
DerivativeCheck directional_check(const Line& line, Smoothness smoothness) {
  const double relative = smoothness == Smoothness::smooth ? 1e-6 : 1e-5;
  const double scale = std::abs(line.slope) + std::abs(line.curvature);
  const double noise = noise_of(line);
  double least = std::numeric_limits<double>::infinity();
  double limit = std::numeric_limits<double>::quiet_NaN();
  double rounding = 0;
  std::vector<double> row;
  for (int k = 2; k < 28 && least > 0.01 * relative * scale; ++k) {
    const double h = std::ldexp(1.0, -k);
    std::vector<double> next = {(line.at(h) - line.at(-h)) / (2 * h)};
    double factor = 1;
    for (std::size_t j = 0; j < std::min<std::size_t>(row.size(), 6); ++j) {
      factor *= 4;
      next.push_back((factor * next[j] - row[j]) / (factor - 1));
      const double error = std::max(std::abs(next[j + 1] - next[j]), std::abs(next[j + 1] - row[j])) + noise / h;
      if (error <= least) {
        least = error;
        limit = next[j + 1];
        rounding = noise / h;
      }
    }
    row = next;
  }
  DerivativeCheck check{Kind::directional_derivative, line.slope, limit, relative * scale + 16 * rounding};
  check.passed = std::abs(check.measured - check.expected) <= check.tolerance;
  return check;
}

/// uᵀHv and vᵀHu at the point where `objective` stands.
DerivativeCheck symmetry_check(Objective& objective, const Vector& w, const Vector& u, const Vector& v) {
  constexpr double kRelative = 1e-10;
  Vector hu;
  Vector hv;
  objective.curvature_product(w, u, Curvature::exact, hu);
  objective.curvature_product(w, v, Curvature::exact, hv);
  DerivativeCheck check{Kind::hessian_symmetry, dot(u, hv), dot(v, hu)};
  check.tolerance = kRelative * (dot(u.cwiseAbs(), hv.cwiseAbs()) + dot(v.cwiseAbs(), hu.cwiseAbs()));
  check.passed = std::abs(check.measured - check.expected) <= check.tolerance;
  return check;
}

/// max_i |Hv − H·v|_i / (√Hᵢᵢ Σⱼ √Hⱼⱼ |vⱼ|): the denominator bounds the products that entry i sums up.
DerivativeCheck product_check(Objective& objective, const Vector& w, const Vector& v) {
  Evaluation at;
  objective.evaluate(w, Order::hessian, at);
  objective.update(UpdateKind::initial);
  Vector product;
  objective.curvature_product(w, v, Curvature::exact, product);
  const Index p = v.size();
  double scale = 0;
  for (Index j = 0; j < p; ++j) {
    scale += std::sqrt(std::abs(at.hessian(j, j))) * std::abs(v[j]);
  }
  DerivativeCheck check{Kind::hessian_product, 0, 0, 1e-10};
  for (Index i = 0; i < p; ++i) {
    double entry = 0;
    for (Index j = 0; j < p; ++j) {
      entry += at.hessian(i, j) * v[j];
    }
    const double difference = std::abs(product[i] - entry);
    const double bound = std::sqrt(std::abs(at.hessian(i, i))) * scale;
    check.measured = std::max(check.measured, difference == 0 ? 0 : difference / bound);
  }
  check.passed = check.measured <= check.tolerance;
  return check;
}

/// max_j (|Hd − limit|_j − rounding) / (|Hd|_j + |limit|_j + max_k |Hd|_k / 10): entries far below the largest one hold
/// little but the rounding of saturated units.
DerivativeCheck difference_check(const Line& line) {
  constexpr double kDeviations = 64;
  const GradientLimit limit = gradient_limit([&](double h) { return line.gradient_at(h); });
  const double largest = line.product.cwiseAbs().maxCoeff();
  DerivativeCheck check{Kind::gradient_difference, 0, 0, 1e-6};
  for (Index j = 0; j < line.product.size(); ++j) {
    const double beyond = std::abs(line.product[j] - limit.value[j]) - kDeviations * limit.rounding[j];
    if (!(beyond <= 0)) {
      const double relative = beyond / (std::abs(line.product[j]) + std::abs(limit.value[j]) + 0.1 * largest);
      check.measured =
          std::isnan(relative) ? std::numeric_limits<double>::infinity() : std::max(check.measured, relative);
    }
  }
  check.passed = check.measured <= check.tolerance;
  return check;
}

bool all_passed(const std::vector<DerivativeCheck>& checks) {
  return std::ranges::all_of(checks, &DerivativeCheck::passed);
}

/// The checks along the first direction in which all pass, else along the last one tried.
std::vector<DerivativeCheck> along_some_direction(Objective& objective, const Vector& w,
                                                  const DerivativeSettings& settings, std::uint32_t first,
                                                  const std::function<std::vector<DerivativeCheck>(const Line&)>& of) {
  const int tries = settings.smoothness == Smoothness::kinked ? kKinkedTries : kTries;
  std::vector<DerivativeCheck> checks;
  for (int i = 0; i < tries && (checks.empty() || !all_passed(checks)); ++i) {
    const Vector d = random_direction(objective, w, settings.seed, first + static_cast<std::uint32_t>(i));
    checks = of(Line(objective, w, d));
  }
  return checks;
}

}  // namespace

std::vector<DerivativeCheck> check_derivatives(Objective& objective, const Vector& from,
                                               const DerivativeSettings& settings) {
  const Vector w = settings.smoothness == Smoothness::kinked
                       ? Vector(from + kAside * random_direction(objective, from, settings.seed, 300))
                       : from;
  std::vector<DerivativeCheck> checks = along_some_direction(
      objective, w, settings, 0, [&](const Line& line) { return taylor_checks(line, settings.smoothness); });
  const auto append = [&](const std::vector<DerivativeCheck>& more) {
    checks.insert(checks.end(), more.begin(), more.end());
  };
  append(along_some_direction(objective, w, settings, 100, [&](const Line& line) {
    return std::vector{directional_check(line, settings.smoothness)};
  }));
  const Vector u = random_direction(objective, w, settings.seed, 200);
  const Vector v = random_direction(objective, w, settings.seed, 201);
  const Line at(objective, w, u);  // the objective stands at w
  append({symmetry_check(objective, w, u, v)});
  if (settings.has_hessian && w.size() <= settings.largest_hessian) {
    append({product_check(objective, w, v)});
  } else if (settings.smoothness == Smoothness::smooth) {
    append({difference_check(at)});
  }
  return checks;
}

Vector random_direction(Objective& objective, const Vector& w, std::uint64_t seed, std::uint32_t number) {
  Evaluation at;
  objective.evaluate(w, Order::gradient, at);
  objective.update(UpdateKind::initial);
  if (!std::isfinite(at.value)) {
    throw Agreed<NumericalStop>("the objective is not finite at the point to check");
  }
  Vector scale = Vector::Ones(w.size());
  if (objective.has_hessian_diagonal()) {
    Vector diagonal;
    objective.hessian_diagonal(diagonal);
    const double largest = diagonal.size() == 0 ? 0 : diagonal.cwiseAbs().maxCoeff();
    for (Index j = 0; std::isfinite(largest) && largest > 0 && j < w.size(); ++j) {
      scale[j] = 1 / std::sqrt(diagonal[j] > 0 ? diagonal[j] : largest);
    }
  }
  RandomStream random(seed, kDirections, number);
  Vector d(w.size());
  for (Index j = 0; j < d.size(); ++j) {
    d[j] = scale[j] * random.normal();
  }
  Evaluation there;
  for (int i = 0; i < kMostHalvings; ++i) {
    objective.evaluate(w + d, Order::value, there);
    if (std::abs(there.value - at.value) <= std::max(1.0, std::abs(at.value))) {
      return d;
    }
    d *= 0.5;
  }
  throw Agreed<NumericalStop>("the objective is not finite near the point to check");
}

Vector random_point(Objective& objective, const Vector& start, std::uint64_t seed) {
  return start + random_direction(objective, start, seed, kPointNumber);
}

}  // namespace lockstep
