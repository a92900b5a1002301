/// Where a run starts that resumes nothing.
#pragma once

#include "lockstep/train/problem.h"
#include "lockstep/train/training_state.h"

namespace lockstep {

/// The state before the first step: the parameters of --init, else those of the kind of model, and all that a resumed
/// run is compared with. Collective. Throws ConfigurationError where the model of --init does not fit the run.
TrainingState fresh_state(const TrainSettings& settings, const TrainingProblem& problem, Communicator& comm);

}  // namespace lockstep
