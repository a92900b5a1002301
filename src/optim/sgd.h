/// Mini-batch stochastic descent: update rule (update_rule.h) × learning-rate schedule (schedule.h), step by step
/// through the batches of each epoch.
#pragma once

#include "lockstep/objective/objective.h"
#include "lockstep/optim/minimizer.h"
#include "optim/early_stopping.h"
#include "optim/schedule.h"
#include "optim/update_rule.h"

namespace lockstep {

struct StochasticSettings {
  std::int64_t epochs = 10;  ///< ≥ 0
  Schedule schedule;
  UpdateSettings update;  ///< the rule perceptron converges when an epoch sees no mistake
};

/// Runs from where `state` stands, mid-epoch too, to the end of the epochs, to an epoch without mistakes (perceptron)
/// or until the validation loss stalls. Ends with one full pass that gives F and ‖∇F‖ at final_parameters(state).
/// Collective. Throws Overflow at a gradient that is not finite or a step that overflows; `state` then stands
/// before that step. Throws Divergence at the end (divergence.h).
Summary descend_stochastically(SampledObjective& objective, const StochasticSettings& settings,
                               const EarlyStopping& early_stopping, OptimizerState& state, IterationObserver& observer);

}  // namespace lockstep
