#include "lockstep/run/objective_run.h"

#include "comm/agreement.h"
#include "io/durable_file.h"
#include "io/run_folder_lock.h"
#include "lockstep/base/errors.h"
#include "lockstep/base/version.h"
#include "lockstep/fit/fit.h"
#include "run/checkpoint_manager.h"
#include "run/config_entries.h"
#include "run/resume.h"
#include "run/ridden_objective.h"
#include "run/run_folder.h"
#include "run/run_observer.h"
#include "run/scheduler_limit.h"
#include "run/stop_monitor.h"

#include <optional>

namespace lockstep {

namespace {

TrainSettings settings_of(const ObjectiveRun& run, const Objective& objective) {
  TrainSettings settings;
  settings.run = run.run;
  settings.fit = run.fit;
  if (settings.fit.optimizer == OptimizerKind::automatic) {
    settings.fit.optimizer = objective.has_hessian() ? OptimizerKind::newton : OptimizerKind::lbfgs;
  }
  if (is_mini_batch(settings.fit.optimizer)) {
    throw Agreed<ConfigurationError>("an objective without batches needs a full-batch optimizer");
  }
  if (settings.run.folder.empty()) {
    throw Agreed<ConfigurationError>("a run needs a folder");
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
  const TrainSettings settings = settings_of(run, objective);
  Communicator& comm = execution.comm();
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

  const std::int64_t first_step = state.optimizer.iteration;
  StopMonitor monitor(settings.run.max_time_seconds);
  std::optional<RunObserver> observer;
  if (comm.rank() == 0 && settings.run.max_time_seconds == 0) {
    heed_scheduler(
        monitor, [&] { return observer ? observer->seconds_to_stop() : 0.0; }, console);
  }
  RiddenObjective ridden(objective, comm, [&] {
    RideAlong wishes;
    wishes.stop = static_cast<std::uint64_t>(monitor.wish(state.optimizer.iteration > first_step));
    wishes.checkpoint = comm.rank() == 0 && observer && observer->wishes_checkpoint() ? 1 : 0;
    return wishes;
  });
  observer.emplace(
      settings, state, [&ridden] { return ridden.agreed().checkpoint != 0; }, checkpoints, log ? &*log : nullptr, comm,
      console);
  ObjectiveResult result;
  result.summary = lockstep::fit(ridden, settings.fit, execution, state.optimizer, *observer);
  observer->save_end();
  result.parameters = final_parameters(state.optimizer);
  result.iterations = state.optimizer.iteration;
  return result;
}

}  // namespace lockstep
