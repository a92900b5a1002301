/// Where a run starts that resumes nothing, and what it hands out at its end.
#pragma once

#include "run/problem.h"
#include "run/training_state.h"

namespace lockstep {

/// The state before the first step: the parameters of --init, each where the feature of its name stands, else those of
/// the kind of model, and all that a resumed run is compared with. Collective. Throws ConfigurationError where the
/// model of --init does not fit the run.
TrainingState fresh_state(const TrainSettings& settings, const TrainingProblem& problem, Communicator& comm);

/// The model file of the state at the end of a run.
ModelFile trained_model(const TrainingProblem& problem, const TrainingState& state);

}  // namespace lockstep
