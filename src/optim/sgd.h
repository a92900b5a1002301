/// Mini-batch stochastic descent: update rule (stochastic_rule.h) × learning-rate schedule (schedule.h), step by step
/// through the batches of each epoch.
#pragma once

#include "lockstep/objective/objective.h"
#include "lockstep/optim/minimizer.h"
#include "optim/schedule.h"
#include "optim/stochastic_rule.h"

#include <memory>

namespace lockstep {

struct StochasticSettings {
  std::int64_t epochs = 10;  ///< ≥ 0
  std::shared_ptr<const StochasticRule> rule;
  std::shared_ptr<const Schedule> schedule;
  double clip_norm = 0;  ///< c > 0: a longer gradient is cut to this norm; 0: none is
  int threads = 1;       ///< ≥ 1; the result does not depend on it
};

/// Vectors of p that a run works on beside its state, at most: the gradient and the copies that the model's kernels
/// take.
inline constexpr Index kStochasticVectors = 3;

/// Runs from where `state` stands, mid-epoch too, to the end of the epochs, to an epoch without mistakes (where the
/// rule says so) or until the validation loss stalls. Ends with one full pass that gives F and ‖∇F‖ at
/// final_parameters(state). Collective. Throws Overflow at a gradient that is not finite or a step that overflows;
/// `state` then stands before that step. Throws Divergence at the end (divergence.h).
Summary descend_stochastically(SampledObjective& objective, const StochasticSettings& settings,
                               const EarlyStopping& early_stopping, OptimizerState& state, IterationObserver& observer);

}  // namespace lockstep
