/// A fit of any objective in a run folder, as training has it: metrics.jsonl, checkpoints, resume on any number of
/// ranks, stops by signal or time.
#pragma once

#include "lockstep/base/console.h"
#include "lockstep/comm/execution.h"
#include "lockstep/fit/settings.h"
#include "lockstep/objective/objective.h"
#include "lockstep/optim/minimizer.h"
#include "lockstep/run/settings.h"

#include <string>

namespace lockstep {

struct ObjectiveRun {
  std::string name = "objective";  ///< stored; a run of another name is not resumed
  FitSettings fit;                 ///< a full-batch optimizer
  RunSettings run;                 ///< its folder is given
};

/// How it ended, and where.
struct ObjectiveResult {
  Summary summary;
  Vector parameters;
  std::int64_t iterations = 0;
};

/// Minimises from `start` (p), or goes on from the folder's newest checkpoint. `objective` gives the same values on all
/// ranks of `execution`; each of its calls is followed by one small collective, in which wishes to stop and to save
/// ride and the ranks make sure that they hold the same point. What was reached is saved at every end that returns.
/// Collective. Throws what resume_or_start() and the optimizers throw; Error (cannot_create, 73) where the folder is in
/// use or holds files of others.
ObjectiveResult run_objective(Objective& objective, const ObjectiveRun& run, const Vector& start,
                              const Execution& execution, Console& console);

}  // namespace lockstep
