/// The full-batch loop: direction × step length until the gradient is small.
#pragma once

#include "lockstep/optim/direction.h"
#include "lockstep/optim/minimizer.h"

namespace lockstep {

struct DescentSettings {
  std::int64_t max_iterations = 100;  ///< ≥ 0
  double tolerance = 1e-6;            ///< > 0: stop at ‖∇F‖ ≤ tolerance · max(1, ‖∇F(w₀)‖)
};

/// Minimises from state.parameters; `state` stands at the last completed iteration when it returns. Collective.
/// Throws NumericalStop when F is not finite at the start, or when the classes are strictly separated and nothing
/// penalises the coefficients (there is no finite optimum).
Summary descend(Objective& objective, DirectionMethod& method, const DescentSettings& settings, OptimizerState& state,
                IterationObserver& observer);

}  // namespace lockstep
