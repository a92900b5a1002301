#include "lockstep/optim/descent_method.h"

#include "lockstep/optim/orthant.h"

#include <cmath>

namespace lockstep {

void evaluate(Objective& objective, Order order, Iterate& point) {
  objective.evaluate(point.w, order, point.at);
  const L1Term l1 = objective.l1();
  const double penalty = l1_value(l1, point.w);
  point.value = point.at.value + penalty;
  point.scale = point.at.scale + penalty;
  point.gradient = minimum_norm_subgradient(l1, point.w, point.at.gradient);
}

bool is_finite(const Iterate& point) {
  return std::isfinite(point.value) && point.at.gradient.allFinite();
}

void DescentMethod::learn(const Iterate&, const Direction&, const Step&, const Iterate&, OptimizerState&) const {}

}  // namespace lockstep
