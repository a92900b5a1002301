#include "optim/descent_method.h"

#include "base/lanes.h"
#include "optim/orthant.h"

#include <cmath>

namespace lockstep {

void evaluate(Objective& objective, Order order, Iterate& point) {
  objective.evaluate(point.w, order, point.at);
  const L1Term& l1 = objective.l1();
  const double penalty = l1_value(l1, point.w);
  point.value = point.at.value + penalty;
  point.scale = point.at.scale + penalty;
  point.gradient = minimum_norm_subgradient(l1, point.w, point.at.gradient);
}

double gradient_norm(const Objective& objective, const Iterate& point) {
  const Vector& d = objective.scales();
  return norm(d.size() == 0 ? point.gradient : Vector(point.gradient.cwiseQuotient(d)));
}

bool is_finite(const Iterate& point) {
  return std::isfinite(point.value) && point.at.gradient.allFinite();
}

Direction steepest_descent(const Iterate& from, double last_step_length) {
  const double length = norm(from.gradient);
  Direction steepest;
  steepest.d = -from.gradient;
  steepest.slope = -length * length;
  steepest.first_step = last_step_length > 0 ? 2 * last_step_length : 1 / length;
  return steepest;
}

Direction restart(const Iterate& from, double last_step_length) {
  Direction steepest = steepest_descent(from, last_step_length);
  steepest.is_restart = true;
  return steepest;
}

void DescentMethod::learn(const Iterate&, const Direction&, const Step&, const Iterate&, OptimizerState&) const {}

}  // namespace lockstep
