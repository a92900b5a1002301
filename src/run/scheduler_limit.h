/// When the scheduler will end this job, found out once at the start: a clock that decides when to stop, never a step.
#pragma once

#include "io/scheduler.h"
#include "lockstep/base/console.h"
#include "lockstep/run/settings.h"
#include "run/stop_monitor.h"

#include <functional>
#include <optional>
#include <string>

namespace lockstep {

/// What a job is told of its scheduler.
struct SchedulerSurroundings {
  VariableReader variable;
  std::function<std::string(const std::string& question)> answer;  ///< what a command prints; "" at a failure
  double now = 0;                                                  ///< seconds since 1970
};

/// Of this process. A command has 5 s.
SchedulerSurroundings scheduler_surroundings();

/// Seconds; 0: none. Where it is automatic: 10 minutes in a job of a scheduler, none elsewhere.
double step_timeout_seconds(const StepTimeout& timeout, const SchedulerSurroundings& surroundings);

struct SchedulerLimit {
  double seconds = 0;  ///< left, > 0
  std::string source;  ///< "Slurm job 17, by squeue"
};

/// By the scheduler's variable (SLURM_JOB_END_TIME), else by its client. Empty where there is no limit, or none to be
/// found. Rank 0 alone need ask.
std::optional<SchedulerLimit> scheduler_limit(const SchedulerSurroundings& surroundings);

/// Lets the monitor wish to stop in time before that limit, and says so in a line. `needed`: see StopMonitor.
void heed_scheduler(StopMonitor& monitor, std::function<double()> needed, Console& console);

}  // namespace lockstep
