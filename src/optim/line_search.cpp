#include "lockstep/optim/line_search.h"

#include "lockstep/base/lanes.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lockstep {

namespace {

constexpr double kArmijo = 1e-4;
constexpr double kShortestStep = 1e-12;
/// Differences of F below this relative size are rounding.
constexpr double kRounding = 16 * std::numeric_limits<double>::epsilon();

bool is_finite(const Evaluation& at, Order order) {
  return std::isfinite(at.value) && (order < Order::gradient || at.gradient.allFinite());
}

/// F(w + t d) ≤ F(w) + c t ⟨∇F, d⟩
bool decreases(double value, const Evaluation& from, double slope, double t) {
  return value <= from.value + kArmijo * t * slope;
}

/// Near the optimum F is flat to rounding, and the gradient decides (after W. Hager, H. Zhang, SIAM J. Optim. 16
/// (2005)).
bool flat_but_better(const Evaluation& trial, const Evaluation& from) {
  return std::abs(trial.value - from.value) <= kRounding * std::abs(from.value) &&
         norm(trial.gradient) < norm(from.gradient);
}

/// Minimiser of the parabola through F(0), F'(0), F(t), kept within [t/10, t/2].
double interpolate(double t, double value, const Evaluation& from, double slope) {
  const double curvature = value - from.value - slope * t;
  const double minimiser = curvature > 0 ? -0.5 * slope * t * t / curvature : 0.5 * t;
  return std::clamp(std::isfinite(minimiser) ? minimiser : 0.1 * t, 0.1 * t, 0.5 * t);
}

}  // namespace

LineSearchResult backtrack(Objective& objective, const Vector& w, const Evaluation& from, const Direction& direction,
                           Order order, Vector& trial_point, Evaluation& trial) {
  using Status = LineSearchResult::Status;
  // A unit step into overflow says nothing: shorten until F is finite there.
  double longest = 1;
  for (;; longest *= 0.1) {
    if (longest < kShortestStep) {
      return {Status::stalled, 0};
    }
    trial_point = w + longest * direction.d;
    objective.evaluate(trial_point, order, trial);
    if (is_finite(trial, order)) {
      break;
    }
    if (trial.stop_requested) {
      return {Status::stopped, 0};
    }
  }
  const bool measurable = -longest * direction.slope > kRounding * std::abs(from.value);
  if ((measurable && decreases(trial.value, from, direction.slope, longest)) || flat_but_better(trial, from)) {
    objective.update(UpdateKind::accept);
    return {Status::accepted, longest};
  }
  if (trial.stop_requested) {
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
    if (t < kShortestStep) {
      objective.update(UpdateKind::revert);
      return {Status::stalled, 0};
    }
    const LinePoint there = objective.along(w, longest_step, t);
    value = there.value;
    if (there.stop_requested) {
      objective.update(UpdateKind::revert);
      return {Status::stopped, 0};
    }
  }
  trial_point = w + t * longest_step;
  objective.evaluate(trial_point, order, trial);
  if (!is_finite(trial, order)) {
    return {Status::stalled, 0};
  }
  objective.update(UpdateKind::accept);
  return {Status::accepted, t * longest};
}

}  // namespace lockstep
