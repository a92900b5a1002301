/// The full-batch loop: direction × step length until the gradient is small.
#pragma once

#include "lockstep/optim/direction.h"
#include "lockstep/optim/minimizer.h"

namespace lockstep {

struct DescentSettings {
  std::int64_t max_iterations = 100;  ///< ≥ 0
  /// > 0: stop at ‖∇F‖ ≤ tolerance · max(1, ‖∇F(w₀)‖); methods with a Hessian go on there while the quadratic model
  /// promises a relative decrease of F above 1e-7 · tolerance (one iteration more, mostly).
  double tolerance = 1e-6;
};

/// Minimises from state.parameters; `state` stands at the last completed iteration when it returns. Collective.
/// Throws NumericalStop when F is not finite at the start, or when the classes are strictly separated and nothing
/// penalises the coefficients (there is no finite optimum).
Summary descend(Objective& objective, DirectionMethod& method, const DescentSettings& settings, OptimizerState& state,
                IterationObserver& observer);

}  // namespace lockstep
