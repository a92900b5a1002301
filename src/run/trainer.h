/// The training job: load → resume or start → optimise → save.
#pragma once

#include "lockstep/base/console.h"
#include "lockstep/base/errors.h"
#include "lockstep/comm/execution.h"
#include "run/job_hosts.h"
#include "run/settings.h"

namespace lockstep {

/// Trains, leaving config.toml, metrics.jsonl, summary.json, checkpoints and, where training ended by itself, model.h5
/// in the run folder. Returns success (converged, or a limit was reached), stopped_early (a durable checkpoint waits to
/// be resumed) or numerical_stop (no further progress). Throws Error, marked where it is agreed. Collective.
ExitCode train(const TrainSettings& settings, const Execution& execution, const JobHosts& hosts, Console& console);

}  // namespace lockstep
