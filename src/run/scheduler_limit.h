/// When the scheduler will end this job, found out once at the start: a clock that decides when to stop, never a step.
#pragma once

#include "lockstep/base/console.h"
#include "lockstep/run/settings.h"
#include "run/stop_monitor.h"

#include <functional>
#include <optional>
#include <string>

namespace lockstep {

/// The time left, by Slurm's `squeue -o %L`: [[D-]HH:]MM:SS. Empty for UNLIMITED, NOT_SET, INVALID and
/// whatever else is no time.
std::optional<double> seconds_of_time_left(const std::string& text);

/// What a job is told of its scheduler.
struct SchedulerSurroundings {
  std::function<std::optional<std::string>(const std::string& name)> variable;  ///< of the environment
  std::function<std::string(const std::string& job)> time_left;  ///< what squeue -o %L says; "" at a failure
  double now = 0;                                                ///< seconds since 1970
};

/// Of this process. squeue has 5 s to answer.
SchedulerSurroundings scheduler_surroundings();

/// Seconds; 0: none. Where it is automatic: 10 minutes in a job of Slurm, PBS or LSF, none elsewhere.
double step_timeout_seconds(const StepTimeout& timeout, const SchedulerSurroundings& surroundings);

struct SchedulerLimit {
  double seconds = 0;  ///< left, > 0
  std::string source;  ///< "job 17, by squeue"
};

/// Under Slurm: by SLURM_JOB_END_TIME, else by squeue. Empty where there is no limit, or none to be found. Rank 0 alone
/// need ask.
std::optional<SchedulerLimit> scheduler_limit(const SchedulerSurroundings& surroundings);

/// Lets the monitor wish to stop in time before that limit, and says so in a line. `needed`: see StopMonitor.
void heed_scheduler(StopMonitor& monitor, std::function<double()> needed, Console& console);

}  // namespace lockstep
