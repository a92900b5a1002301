/// From settings to the optimizer that they name.
#pragma once

#include "fit/settings.h"
#include "lockstep/comm/execution.h"
#include "lockstep/objective/objective.h"
#include "lockstep/optim/minimizer.h"
#include "optim/early_stopping.h"

namespace lockstep {

/// Vectors of p that an optimizer needs.
struct OptimizerVectors {
  Index state = 0;    ///< kept from step to step: a checkpoint holds them
  Index working = 0;  ///< beside them; partial sums and Hessians are not counted
};

/// Those of the optimizer of the completed `settings`.
OptimizerVectors optimizer_vectors(const FitSettings& settings);

/// Runs the optimizer of the completed `settings` from where `state` stands. `penalised`: how many of the parameters
/// weight decay shrinks, the first ones. Collective. Throws what the optimizers throw.
Summary minimise(Objective& objective, const FitSettings& settings, Index penalised, const Execution& execution,
                 const EarlyStopping& early_stopping, OptimizerState& state, IterationObserver& observer);

}  // namespace lockstep
