/// The full-batch loop: direction × step length until Newton's model promises nothing more (convergence.h).
#pragma once

#include "lockstep/optim/minimizer.h"
#include "optim/descent_method.h"

namespace lockstep {

struct DescentSettings {
  std::int64_t max_iterations = 100;  ///< ≥ 0
  /// > 0: stop where δ ≤ tolerance (convergence.h), which puts F within about tolerance² of the size of its terms above
  /// the minimum.
  double tolerance = 1e-6;
};

/// Vectors of p that the loop works on beside its state: w, a trial point and a direction; value and two gradients each
/// of the points; temporaries; the copies of the model's kernels.
inline constexpr Index kDescentVectors = 11;

/// Minimises from state.parameters; `state` stands at the last completed iteration when it returns. Where early
/// stopping keeps the best parameters, F, ‖∇F‖ and the oracle's accepted point are theirs at the end (not where the run
/// was stopped on request). Collective. Throws Overflow when F or ∇F is not finite at the start or overflows under a
/// fixed step, NoFiniteOptimum when the loss falls along a direction for ever (separated classes, a group of zero
/// counts); ConfigurationError for an L1 penalty that the method cannot handle.
Summary descend(Objective& objective, const DescentMethod& method, const DescentSettings& settings,
                const EarlyStopping& early_stopping, OptimizerState& state, IterationObserver& observer);

}  // namespace lockstep
