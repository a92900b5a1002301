/// Mini-batch stochastic gradient descent with momentum (B. Polyak 1964; the form of Sutskever et al., ICML 2013,
/// without the rate inside the velocity):
///
///   v ← μ v + ∇F_B(w),   w ← w − η v
///
/// | symbol | meaning                                  | shape |
/// | F_B    | mean loss of the batch plus the penalty  |       |
/// | v      | velocity                                 | p     |
/// | μ, η   | momentum in [0, 1), learning rate > 0    |       |
#pragma once

#include "lockstep/objective/objective.h"
#include "lockstep/optim/minimizer.h"
#include "lockstep/optim/schedule.h"

namespace lockstep {

struct SgdSettings {
  std::int64_t epochs = 10;  ///< ≥ 0
  Schedule schedule;
  double momentum = 0;  ///< in [0, 1)
};

/// Runs to the end of the epochs from where `state` stands, mid-epoch too. Ends with one full pass that gives F and
/// ‖∇F‖. Collective. Throws NumericalStop at a gradient that is not finite, before it touches the parameters.
Summary descend_stochastically(Objective& objective, const SgdSettings& settings, OptimizerState& state,
                               IterationObserver& observer);

}  // namespace lockstep
