#include "optim/conjugate_gradients.h"

#include "base/lanes.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lockstep {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A curvature below this part of the largest one seen is rounding.
constexpr double kFlatness = 1e-15;
/// Times `negligible`: what may be left to gain beside a solution that gains more. The next step finds it.
constexpr double kLeft = 3;

/// What is left to gain, from above.
class RadauBound {
 public:
  explicit RadauBound(double least_eigenvalue) : mu_(least_eigenvalue), gamma_(mu_ > 0 ? 1 / mu_ : 0) {}

  bool is_known() const { return gamma_ > 0; }
  double operator()(double squares) const { return 0.5 * gamma_ * squares; }
  /// γ ≤ α: there is an eigenvalue below μ.
  void follow(double alpha, double beta) {
    if (is_known()) {
      gamma_ = gamma_ > alpha ? (gamma_ - alpha) / (mu_ * (gamma_ - alpha) + beta) : 0;
    }
  }

 private:
  double mu_;
  double gamma_;
};

}  // namespace

KrylovSolution conjugate_gradients(const LinearOperator& a, const Vector& b, const KrylovSettings& settings) {
  KrylovSolution solution;
  Vector& y = solution.y;
  Vector& r = solution.residual;
  y = Vector::Zero(b.size());
  r = b;
  const auto preconditioned = [&](const Vector& v) {
    Vector z = v;
    if (a.precondition) {
      a.precondition(z);
    }
    return z;
  };
  Vector z = preconditioned(r);
  Vector p = z;
  Vector product;
  double squares = dot(r, z);
  double length = squares;  // pᵀP⁻¹p
  const double enough = settings.forcing * settings.forcing * squares;
  const double invisible = std::max(settings.invisible * settings.negligible, settings.rounding);
  RadauBound left(settings.least_eigenvalue);
  double largest = settings.largest_curvature;
  while (true) {
    const double hidden = left.is_known() ? left(squares) : kInfinity;
    const bool is_bounded = solution.decrease + hidden <= settings.negligible;
    solution.hidden = is_bounded ? hidden : 0;
    solution.resolved = is_bounded || 0.5 * squares <= invisible;
    const bool is_accurate = settings.tail > 0 && left.is_known()
                                 ? hidden <= std::max(settings.tail * solution.decrease, kLeft * settings.negligible)
                                 : squares <= enough;
    const bool is_enough = is_accurate && solution.decrease > settings.negligible;
    if (is_enough || solution.resolved || solution.products >= settings.max_products || solution.stop_requested ||
        !(squares > 0)) {
      return solution;
    }
    solution.stop_requested = a.multiply(p, product);
    ++solution.products;
    const double along = dot(p, product);
    const double curvature = along / length;
    if (!(curvature > kFlatness * largest)) {
      if (solution.products == 1) {
        y = z;
      }
      return solution;
    }
    largest = std::max(largest, curvature);
    const double alpha = squares / along;
    y += alpha * p;
    r -= alpha * product;
    solution.decrease += 0.5 * alpha * squares;
    z = preconditioned(r);
    const double next = dot(r, z);
    const double beta = next / squares;
    p = z + beta * p;
    length = next + beta * beta * length;
    squares = next;
    left.follow(alpha, beta);
  }
}

}  // namespace lockstep
