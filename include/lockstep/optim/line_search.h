/// Backtracking line search along a descent direction (J. Nocedal, S. Wright, Numerical Optimization, 2nd ed., §3.1).
///
/// The unit step is tried first with a full pass (value, gradient, Hessian at once): an accepted Newton step costs one
/// pass. Shorter steps are chosen from F along the direction, which a linear model answers from kept margins.
#pragma once

#include "lockstep/optim/direction.h"

namespace lockstep {

struct LineSearchResult {
  enum class Status {
    accepted,
    stalled,  ///< no step lowers F: rounding level, or the direction is useless
    stopped   ///< some rank wished to stop before a step was accepted
  };
  Status status = Status::accepted;
  double step_length = 0;
};

/// Searches from w with evaluation `from`. On acceptance `trial_point` and `trial` hold the new iterate and its full
/// evaluation at `order`, and the oracle has been told; otherwise they are unspecified. Collective.
LineSearchResult backtrack(Objective& objective, const Vector& w, const Evaluation& from, const Direction& direction,
                           Order order, Vector& trial_point, Evaluation& trial);

}  // namespace lockstep
