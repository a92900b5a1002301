#include "optim/convergence.h"

#include "base/lanes.h"
#include "optim/conjugate_gradients.h"
#include "optim/newton_model.h"
#include "optim/numerical_stops.h"
#include "optim/orthant.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lockstep {

namespace {

/// Parameters that a step of their own takes to zero and that l1 holds there, with what that gains: |g| |u| − ½ h u².
struct Crossings {
  Vector free;  // of the other parameters that may move; empty: all
  Vector d;     // −u of those that cross, else 0; p, or empty
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

/// Parameters at zero that l1 holds there by next to nothing may still matter: two nearly equal columns, of which one
/// is out, can gain by large coefficients of opposite sign. The same point with their subgradients at the kink's near
/// side, and the face that has them.
struct Relaxed {
  Iterate at;
  Vector free;
};

Relaxed relax(const L1Term& l1, const Iterate& from, const Vector& free, const Vector& diagonal, double negligible) {
  Relaxed relaxed{from, free};
  for (Index j = 0; j < free.size(); ++j) {
    const double slack = l1.strength[j] - std::abs(from.at.gradient[j]);
    if (l1.penalises(j) && from.w[j] == 0 && slack >= 0 && 0.5 * slack * slack <= negligible * diagonal[j]) {
      relaxed.free[j] = 1;
      relaxed.at.gradient[j] = std::copysign(slack, -from.at.gradient[j]);
    }
  }
  return relaxed;
}

/// What Newton promises with them, those that would leave zero to the far side held. Their step is not taken: the
/// orthant does not know them; but no such point is called converged.
double relaxed_decrease(const L1Term& l1, const Iterate& from, const Vector& free, const SymmetricMatrix& hessian,
                        double negligible, Objective& objective) {
  constexpr int kRounds = 3;
  Relaxed relaxed = relax(l1, from, free, diagonal_of(hessian), negligible);
  for (int round = 0; round < kRounds && relaxed.free != free; ++round) {
    const Direction direction =
        direction_by_factor(cholesky_solver(), hessian, relaxed.free, relaxed.at, negligible, objective);
    bool is_inside = true;
    for (Index j = 0; j < free.size(); ++j) {
      if (relaxed.free[j] != free[j] && direction.d[j] * from.at.gradient[j] > 0) {
        relaxed.free[j] = 0;
        is_inside = false;
      }
    }
    if (is_inside) {
      return direction.newton_decrease;
    }
  }
  return 0;
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
  direction = direction_by_factor(cholesky_solver(), at.hessian, crossings.free, from, negligible, objective);
  direction.passes = 1 + direction.products;
  direction.check_passes = direction.passes;
  add_crossings(objective.l1(), crossings, from, direction);
  if (!objective.l1().is_zero() && shows_convergence(direction, negligible)) {
    const double more = relaxed_decrease(objective.l1(), from, crossings.free, at.hessian, negligible, objective);
    direction.newton_decrease = more < 0 ? -1 : std::max(direction.newton_decrease, more);
  }
  return direction;
}

Direction by_products(Objective& objective, const Iterate& from, double negligible) {
  constexpr double kForcing = 0.5;
  constexpr double kTail = 1e-4;  // one long run of products gets further than several short ones
  Direction direction;
  Vector diagonal;
  if (objective.has_hessian_diagonal() && objective.hessian_diagonal(diagonal)) {
    direction.stop_requested = true;
    return direction;
  }
  const Crossings crossings = find_crossings(objective.l1(), from, diagonal);
  TruncatedNewton settings;
  settings.forcing = [](double) { return kForcing; };
  settings.tail = kTail;
  direction = direction_by_products(settings, diagonal, crossings.free, from, negligible, objective);
  direction.passes = (diagonal.size() > 0 ? 1 : 0) + direction.products;
  direction.check_passes = direction.passes;
  add_crossings(objective.l1(), crossings, from, direction);
  return direction;
}

/// Throws NoFiniteOptimum where F recedes along d, and some rows move far enough along `part` of it already.
Settling settling_along(Objective& objective, const Iterate& from, const Vector& d, double part, Direction& judged) {
  constexpr double kShort = 1e-6;  // of columns of one size: moves no margin of up to 1e8 rows
  if (d.size() == 0 || !(d.lpNorm<Eigen::Infinity>() > kShort)) {
    return Settling::settled;
  }
  const auto count_pass = [&judged] {
    ++judged.passes;
    ++judged.check_passes;
  };
  const Recession recession = objective.recession(from.w, d);
  count_pass();
  if (recession.stop_requested) {
    return Settling::stopped;
  }
  if (recession.falling == 0 || recession.rising > 0) {
    return recession.falling > 0 ? Settling::moving : Settling::settled;
  }
  if (part < 1) {
    const Recession nearer = objective.recession(from.w, part * d);
    count_pass();
    if (nearer.stop_requested || nearer.falling == 0) {
      return nearer.stop_requested ? Settling::stopped : Settling::moving;
    }
  }
  throw Agreed<NoFiniteOptimum>(
      fmt::format("no finite optimum: {}, the loss of rows of total weight {:.6g} goes to its limit and no row's rises",
                  growing_parameters(objective, d), recession.falling));
}

}  // namespace

double negligible_decrease(const Iterate& at, double tolerance) {
  return tolerance * tolerance * at.scale;
}

double rounding_of_value(const Iterate& at) {
  constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
  constexpr double kMost = 1e-10;  // of the size of F's terms
  const double margins = kEpsilon * at.w.lpNorm<1>() * std::sqrt(at.scale);
  return std::max(64 * kEpsilon * at.scale, std::min(margins, kMost * at.scale));
}

double relative_decrement(double decrease, const Iterate& at) {
  return decrease <= 0 ? 0 : std::sqrt(decrease / at.scale);
}

bool judges_by_hessian(const Objective& objective) {
  return objective.has_hessian() && objective.dimension() <= kMostJudgedByHessian;
}

bool bounds_by_products(const Objective& objective) {
  const Vector& least = objective.structure().least_curvature;
  return !judges_by_hessian(objective) && objective.l1().is_zero() && (least.array() > 0).any() &&
         (least.array() == 0 || least.array() > kLeastVisible).all();
}

Direction newton_direction(Objective& objective, const Iterate& from, double negligible) {
  return judges_by_hessian(objective) ? by_hessian(objective, from, negligible)
                                      : by_products(objective, from, negligible);
}

std::string growing_parameters(const Objective& objective, const Vector& d) {
  constexpr double kOfLargest = 0.1;  // part of the largest component above which a parameter is named
  constexpr std::size_t kMostNames = 5;
  const double largest = d.size() == 0 ? 0.0 : d.lpNorm<Eigen::Infinity>();
  std::vector<Index> parameters;
  for (Index j = 0; j < d.size(); ++j) {
    if (std::abs(d[j]) >= kOfLargest * largest) {
      parameters.push_back(j);
    }
  }
  std::ranges::stable_sort(parameters, std::greater(), [&](Index j) { return std::abs(d[j]); });
  const std::size_t count = parameters.size();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(count, kMostNames); ++i) {
    names.push_back(objective.parameter_name(parameters[i]));
  }
  return fmt::format("{}{} grow{} without bound", fmt::join(names, ", "),
                     count > kMostNames ? fmt::format(" and {} more", count - kMostNames) : "", count == 1 ? "s" : "");
}

Settling settling(Objective& objective, const Iterate& from, Direction& direction) {
  if (!objective.can_recede() || !direction.is_newton) {
    return Settling::settled;
  }
  // Newton's step moves receding rows by 1 for ever, and others by less and less: those that would stop them, where the
  // classes all but separate, may then move by next to nothing.
  constexpr double kOfNewton = 0.03;
  const Settling along_newton = settling_along(objective, from, direction.d, kOfNewton, direction);
  if (along_newton != Settling::settled || direction.hidden.size() == 0) {
    return along_newton;
  }
  const double largest = direction.hidden.lpNorm<Eigen::Infinity>();
  const Settling along_hidden =
      largest > 1 ? settling_along(objective, from, direction.hidden / largest, 1, direction) : Settling::settled;
  return along_hidden == Settling::stopped ? along_hidden : along_newton;
}

bool shows_convergence(const Direction& direction, double negligible) {
  return direction.newton_decrease >= 0 && direction.newton_decrease <= std::max(negligible, direction.rounding);
}

}  // namespace lockstep
