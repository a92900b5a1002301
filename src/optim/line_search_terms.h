/// Terms that the step rules share.
#pragma once

#include "base/lanes.h"
#include "optim/descent_method.h"

#include <cmath>
#include <limits>

namespace lockstep {

inline constexpr double kArmijo = 1e-4;         // c₁
inline constexpr double kWolfe = 0.9;           // c₂
inline constexpr double kShortestStep = 1e-12;  // relative to the first one
/// Differences of F below this part of its scale are rounding.
inline constexpr double kRounding = 16 * std::numeric_limits<double>::epsilon();

/// F(w + t d) ≤ F(w) + c₁ t ⟨∇F, d⟩
inline bool decreases(double value, const Iterate& from, double slope, double t) {
  return value <= from.value + kArmijo * t * slope;
}

/// Where F changes by less than this part of its scale, slopes tell more of a step than F does (W. Hager, H. Zhang,
/// SIAM J. Optim. 16 (2005), approximate Wolfe conditions).
inline constexpr double kFlatBand = 1e-13;

inline bool slopes_decide(double value, const Iterate& from) {
  return std::abs(value - from.value) <= kFlatBand * from.scale;
}

/// Sufficient decrease of a parabola in terms of its slope at the end of a step.
inline bool slope_decreases(double slope_there, double slope) {
  return slope_there <= (2 * kArmijo - 1) * slope;
}

/// The first-order change of F over t d is above its rounding.
inline bool is_measurable(const Iterate& from, double slope, double t) {
  return -t * slope > kRounding * from.scale;
}

/// F cannot tell the points apart; the gradient can.
inline bool flat_but_better(const Iterate& trial, const Iterate& from) {
  return std::abs(trial.value - from.value) <= kRounding * from.scale && norm(trial.gradient) < norm(from.gradient);
}

/// Minimiser of the parabola through F(0), F'(0), F(t), kept within [t/10, t/2].
double interpolate(double t, double value, const Iterate& from, double slope);

/// Evaluates w + t d at t = first_step, shorter where that is not finite: a step into overflow says nothing. The step
/// that was evaluated and `accepted`, or why there is none.
Step first_finite_trial(Objective& objective, const Iterate& from, const Direction& direction, Order order,
                        Iterate& trial);

/// After the choice of t from kept margins: the full pass at w + t · displacement, of which `length` is the length in
/// d.
Step accept_at(Objective& objective, const Iterate& from, const Vector& displacement, double t, double length,
               Order order, Iterate& trial);

}  // namespace lockstep
