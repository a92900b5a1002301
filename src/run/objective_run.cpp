#include "lockstep/run/objective_run.h"

#include "base/activity.h"
#include "base/version.h"
#include "comm/agreement.h"
#include "fit/settings_check.h"
#include "io/durable_file.h"
#include "io/run_folder_lock.h"
#include "lockstep/base/errors.h"
#include "lockstep/fit/fit.h"
#include "run/checkpoint_manager.h"
#include "run/config_entries.h"
#include "run/resume.h"
#include "run/ridden_objective.h"
#include "run/run_folder.h"
#include "run/run_observer.h"
#include "run/scheduler_limit.h"
#include "run/stop_monitor.h"
#include "run/watchdog.h"

#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// Throws ConfigurationError; not Collective.
TrainSettings settings_of(const ObjectiveRun& run, Objective& objective, const Vector& start) {
  TrainSettings settings;
  validate(run.fit);
  settings.run = run.run;
  settings.fit = completed_for(objective, run.fit);
  if (settings.fit.optimizer->is_mini_batch()) {
    throw ConfigurationError("a run of an objective needs a full-batch optimizer");
  }
  if (settings.run.folder.empty()) {
    throw ConfigurationError("a run needs a folder");
  }
  if (settings.run.keep < 2) {
    throw ConfigurationError(fmt::format("keep = {}: must be at least 2", settings.run.keep));
  }
  if (!(settings.run.max_time_seconds >= 0) || !std::isfinite(settings.run.max_time_seconds)) {
    throw ConfigurationError(
        fmt::format("max-time = {}: must be finite and at least 0 seconds", settings.run.max_time_seconds));
  }
  if (start.size() != objective.dimension()) {
    throw ConfigurationError(
        fmt::format("a start of {} parameters for an objective of {}", start.size(), objective.dimension()));
  }
  return settings;
}

TrainingState fresh_state(const ObjectiveRun& run, const TrainSettings& settings, const Vector& start) {
  TrainingState fresh;
  fresh.optimizer.parameters = start;
  fresh.configuration = fit_entries(settings);
  fresh.configuration.insert(fresh.configuration.begin(), {"objective", '"' + run.name + '"', true});
  fresh.build = build_id();
  return fresh;
}

}  // namespace

ObjectiveResult run_objective(Objective& objective, const ObjectiveRun& run, const Vector& start,
                              const Execution& execution, Console& console) {
  Communicator& comm = execution.comm();
  TrainSettings settings;
  agree(comm, [&] { settings = settings_of(run, objective, start); });
  require_same_lines("name = " + run.name + "\nfolder = " + run.run.folder + '\n' + to_lines(settings), comm);
  const std::string& folder = settings.run.folder;
  PosixFileSystem files;
  std::optional<RunFolderLock> lock;
  probe_run_folder(folder, comm);
  on_root(comm, [&] {
    create_run_folder(folder);
    lock.emplace(folder);
    remove_leftovers(files, folder);
  });
  CheckpointManager checkpoints(files, folder, settings.run.keep, comm, console);
  TrainingState state = resume_or_start(settings, fresh_state(run, settings, start), checkpoints, console);
  std::optional<RunLog> log;
  on_root(comm, [&] { log.emplace(files, folder, "iteration", state.history); });

  StopMonitor monitor(settings.run.max_time_seconds);
  monitor.begin_training();
  std::optional<Watchdog> watchdog;
  const JobHosts hosts = gather_hosts(comm);
  console.info(place_text(scheduler_job(environment_variable), hosts));
  if (const double timeout = step_timeout_seconds(settings.run.step_timeout, scheduler_surroundings()); timeout > 0) {
    watchdog.emplace(timeout, hosts, comm);
  }
  std::optional<RunObserver> observer;
  if (comm.rank() == 0 && settings.run.max_time_seconds == 0) {
    heed_scheduler(
        monitor, [&] { return observer ? observer->seconds_to_stop() : 0.0; }, console);
  }
  RiddenObjective ridden(objective, comm, [&] {
    RideAlong wishes;
    wishes.stop = static_cast<std::uint64_t>(monitor.wish());
    wishes.checkpoint = comm.rank() == 0 && observer && observer->wishes_checkpoint() ? 1 : 0;
    return wishes;
  });
  observer.emplace(
      settings, state, [&ridden] { return ridden.agreed().checkpoint != 0; }, monitor, checkpoints,
      log ? &*log : nullptr, comm, console);
  ObjectiveResult result;
  const Doing training(Activity::training);
  result.summary = lockstep::fit(ridden, settings.fit, execution, state.optimizer, *observer);
  observer->save_end();
  result.parameters = final_parameters(state.optimizer);
  result.iterations = state.optimizer.iteration;
  return result;
}

}  // namespace lockstep
