#include "optim/line_search.h"

#include "optim/line_search_terms.h"
#include "optim/numerical_stops.h"
#include "optim/orthant.h"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// Each at most half as long as the one before.
constexpr int kOrthantTrials = 40;

}  // namespace

using Status = Step::Status;

double interpolate(double t, double value, const Iterate& from, double slope) {
  const double curvature = value - from.value - slope * t;
  const double minimiser = curvature > 0 ? -0.5 * slope * t * t / curvature : 0.5 * t;
  return std::clamp(std::isfinite(minimiser) ? minimiser : 0.1 * t, 0.1 * t, 0.5 * t);
}

Step first_finite_trial(Objective& objective, const Iterate& from, const Direction& direction, Order order,
                        Iterate& trial) {
  for (double t = direction.first_step; t >= kShortestStep * direction.first_step; t *= 0.1) {
    trial.w = from.w + t * direction.d;
    evaluate(objective, order, trial);
    if (is_finite(trial)) {
      return {Status::accepted, t};
    }
    if (trial.at.stop_requested) {
      return {Status::stopped, 0};
    }
  }
  return {Status::stalled, 0};
}

Step accept_at(Objective& objective, const Iterate& from, const Vector& displacement, double t, double length,
               Order order, Iterate& trial) {
  trial.w = from.w + t * displacement;
  evaluate(objective, order, trial);
  if (!is_finite(trial)) {
    return {Status::stalled, 0};
  }
  objective.update(UpdateKind::accept);
  return {Status::accepted, length};
}

Step fixed_step(Objective& objective, const Iterate& from, const Direction& direction, Iterate& trial) {
  trial.w = from.w + direction.first_step * direction.d;
  evaluate(objective, Order::gradient, trial);
  if (!is_finite(trial)) {
    throw Agreed<Overflow>(fmt::format(
        "gradient descent overflows (F = {} after a step from F = {}): lower the learning rate (it is {}), or leave it "
        "to a line search",
        trial.value, from.value, direction.first_step));
  }
  objective.update(UpdateKind::accept);
  return {Status::accepted, direction.first_step};
}

Step backtrack(Objective& objective, const Iterate& from, const Direction& direction, Order order, Iterate& trial) {
  const Step first = first_finite_trial(objective, from, direction, order, trial);
  if (first.status != Status::accepted) {
    return first;
  }
  const double longest = first.length;
  const bool measurable = is_measurable(from, direction.slope, longest);
  if ((measurable && decreases(trial.value, from, direction.slope, longest)) || flat_but_better(trial, from)) {
    objective.update(UpdateKind::accept);
    return first;
  }
  if (trial.at.stop_requested) {
    return {Status::stopped, 0};
  }
  if (!measurable) {
    return {Status::stalled, 0};
  }

  objective.update(UpdateKind::trial);
  const Vector longest_step = longest * direction.d;
  double t = 1;  // of longest_step
  double value = trial.value;
  while (!decreases(value, from, direction.slope, t * longest)) {
    t = interpolate(t, value, from, direction.slope * longest);
    const bool exhausted = t < kShortestStep || !is_measurable(from, direction.slope, t * longest);
    const LinePoint there = exhausted ? LinePoint{} : objective.along(from.w, longest_step, t);
    if (exhausted || there.stop_requested) {
      return {exhausted ? Status::stalled : Status::stopped, 0};
    }
    value = there.value;
  }
  return accept_at(objective, from, longest_step, t, t * longest, order, trial);
}

Step backtrack_in_orthant(Objective& objective, const Iterate& from, const Direction& direction, Iterate& trial) {
  const L1Term& l1 = objective.l1();
  double t = direction.first_step;
  for (int i = 0; i < kOrthantTrials; ++i) {
    trial.w = step_in_orthant(l1, from, direction.d, t);
    evaluate(objective, Order::gradient, trial);
    // The path bends where parameters reach zero: its own first-order change takes the place of t ⟨∇F, d⟩.
    const double change = dot(from.gradient, trial.w - from.w);
    const bool lower =
        decreases(trial.value, from, change, 1) ||
        (slopes_decide(trial.value, from) && slope_decreases(dot(trial.gradient, trial.w - from.w), change));
    if (is_finite(trial) && change < 0 && lower) {
      objective.update(UpdateKind::accept);
      return {Status::accepted, t};
    }
    if (trial.at.stop_requested) {
      return {Status::stopped, 0};
    }
    t = is_finite(trial) ? interpolate(t, trial.value, from, direction.slope) : 0.1 * t;
  }
  return {Status::stalled, 0};
}

}  // namespace lockstep
