/// The rules of resuming: what may change between two jobs of one run.
#pragma once

#include "lockstep/base/console.h"
#include "run/checkpoint_manager.h"
#include "run/settings.h"
#include "run/training_state.h"

namespace lockstep {

/// The state to go on from by settings.run.resume, or `fresh` where there is no checkpoint. `fresh` describes this job:
/// configuration, data and build. Collective. Throws on every rank:
///   - Error (cannot_create) when --resume never meets checkpoints without --overwrite;
///   - DataError when no checkpoint is valid, or the data differ from those the run was started on;
///   - ConfigurationError naming each setting that shapes the result and differs, unless --allow-change names it.
TrainingState resume_or_start(const TrainSettings& settings, TrainingState fresh, CheckpointManager& checkpoints,
                              Console& console);

}  // namespace lockstep
