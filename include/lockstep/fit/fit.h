/// A fit: no files, no printing. (In a run folder, with checkpoints and resume: lockstep/run/objective_run.h.)
#pragma once

#include "lockstep/comm/execution.h"
#include "lockstep/data/memory_rows.h"
#include "lockstep/fit/settings.h"
#include "lockstep/objective/objective.h"
#include "lockstep/optim/minimizer.h"
#include "lockstep/optim/state.h"

#include <string>
#include <vector>

namespace lockstep {

/// Runs the optimizer of `settings` from where `state` stands: a fresh one holds the parameters to start from, one of
/// an earlier call goes on as if it had not ended. "auto" is Newton's method where the objective has
/// a Hessian, else L-BFGS. `objective` gives the same values on all ranks. One that is distributed
/// overrides replicate() and leads() where ranks may run on unlike processors. Settings are the same on all ranks
/// (`patience` plays no part: early_stopping does). Collective. Throws on all ranks ConfigurationError for settings
/// that are out of range or differ between ranks, a start of another dimension, or an optimizer that asks for what the
/// objective has not, and NumericalStop.
Summary fit(Objective& objective, const FitSettings& settings, const Execution& execution, OptimizerState& state,
            IterationObserver& observer, const EarlyStopping& early_stopping = {});
Summary fit(Objective& objective, const FitSettings& settings, const Execution& execution, OptimizerState& state);

/// What a model learned.
struct FittedModel {
  Summary summary;
  /// p. Linear models: coefficients, K × d row-major, then K intercepts if there are any. Networks: weights layer by
  /// layer (inputs × outputs, row-major), then biases.
  Vector parameters;
  Index outputs = 1;                 ///< K
  std::vector<double> classes;       ///< of classifiers: the label of each class, ascending; else empty
  std::vector<std::string> notices;  ///< what was found odd in the rows, one line each
};

/// Fits a model of the registry: the bits that `trainer train` gives for the same rows, on any ranks and threads.
/// Collective. Throws on all ranks ConfigurationError for settings that are out of range, do not fit together or
/// differ between ranks,
/// DataError for rows that break the rules of MemoryRows or labels that do not fit the model, NumericalStop.
FittedModel fit(const MemoryRows& rows, const LearningSettings& settings, const Execution& execution);
FittedModel fit(const MemoryRows& rows, const LearningSettings& settings, const Execution& execution,
                IterationObserver& observer);

}  // namespace lockstep
