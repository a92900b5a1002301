#include "lockstep/optim/convergence.h"

#include "lockstep/base/lanes.h"
#include "lockstep/optim/orthant.h"

#include <algorithm>
#include <cmath>

#include "newton_model.h"

namespace lockstep {

namespace {

/// Parameters that a step of their own takes to zero and that l1 holds there, with what that gains: |g| |u| − ½ h u².
struct Crossings {
  Vector free;         // of the other parameters that may move; empty: all
  Vector d;            // −u of those that cross, else 0; p, or empty
  double decrease = 0;
};

Crossings find_crossings(const L1Term& l1, const Iterate& from, const Vector& diagonal) {
  Crossings found;
  if (l1.is_zero()) {
    return found;
  }
  found.free = free_parameters(l1, from);
  found.d = Vector::Zero(from.w.size());
  for (Index j = 0; j < diagonal.size(); ++j) {
    const double u = from.w[j];
    const double g = from.gradient[j];
    if (l1.penalises(j) && g * u > 0 && std::abs(g) >= diagonal[j] * std::abs(u)) {
      found.free[j] = 0;
      found.d[j] = -u;
      found.decrease += std::abs(g * u) - 0.5 * diagonal[j] * u * u;
    }
  }
  return found;
}

void add_crossings(const L1Term& l1, const Crossings& crossings, const Iterate& from, Direction& direction) {
  if (l1.is_zero()) {
    return;
  }
  direction.d += crossings.d;
  align_with_orthant(l1, from, direction.d);
  direction.slope = dot(from.gradient, direction.d);
  if (direction.newton_decrease >= 0) {
    direction.newton_decrease += crossings.decrease;
  }
}

Vector diagonal_of(const SymmetricMatrix& hessian) {
  Vector diagonal(hessian.size());
  for (Index j = 0; j < diagonal.size(); ++j) {
    diagonal[j] = hessian(j, j);
  }
  return diagonal;
}

Direction by_hessian(Objective& objective, const Iterate& from, double negligible) {
  Evaluation at;
  objective.evaluate(from.w, Order::hessian, at);
  Direction direction;
  if (at.stop_requested) {
    direction.stop_requested = true;
    return direction;
  }
  const Crossings crossings = find_crossings(objective.l1(), from, diagonal_of(at.hessian));
  direction = direction_by_cholesky(at.hessian, crossings.free, from, negligible, objective);
  add_crossings(objective.l1(), crossings, from, direction);
  return direction;
}

Direction by_products(Objective& objective, const Iterate& from, double negligible) {
  constexpr double kForcing = 0.5;
  Direction direction;
  Vector diagonal;
  if (objective.has_hessian_diagonal() && objective.hessian_diagonal(diagonal)) {
    direction.stop_requested = true;
    return direction;
  }
  const Crossings crossings = find_crossings(objective.l1(), from, diagonal);
  TruncatedNewton settings;
  settings.forcing = [](double) { return kForcing; };
  direction = direction_by_products(settings, diagonal, crossings.free, from, negligible, objective);
  add_crossings(objective.l1(), crossings, from, direction);
  return direction;
}

}  // namespace

double negligible_decrease(const Iterate& at, double tolerance) {
  return tolerance * tolerance * at.scale;
}

double relative_decrement(double decrease, const Iterate& at) {
  return decrease <= 0 ? 0 : std::sqrt(decrease / at.scale);
}

bool judges_by_hessian(const Objective& objective) {
  return objective.has_hessian() && objective.dimension() <= kMostJudgedByHessian;
}

Direction newton_direction(Objective& objective, const Iterate& from, double negligible) {
  return judges_by_hessian(objective) ? by_hessian(objective, from, negligible) : by_products(objective, from, negligible);
}

bool shows_convergence(const Direction& direction, double negligible) {
  return direction.newton_decrease >= 0 && direction.newton_decrease <= std::max(negligible, direction.rounding);
}

}  // namespace lockstep
