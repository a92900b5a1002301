#include "optim/conjugate_gradients.h"

#include "base/lanes.h"

#include <algorithm>
#include <cmath>

namespace lockstep {

namespace {

/// A curvature below this part of the largest one seen is rounding.
constexpr double kFlatness = 1e-15;

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
  const double hidden = std::max(settings.invisible * settings.negligible, settings.rounding);
  double largest = settings.largest_curvature;
  while (true) {
    solution.resolved = 0.5 * squares <= hidden;
    const bool is_enough = squares <= enough && solution.decrease > settings.negligible;
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
  }
}

}  // namespace lockstep
