#include "cli/commands.h"
#include "cli/environment.h"
#include "cli/launch.h"
#include "cli/same_start.h"
#include "run/trainer.h"

namespace lockstep {

ExitCode run_train(const TrainSettings& settings, Communicator& comm, Console& console) {
  require_same_settings(settings, comm);
  const LaunchReport launch = survey_cores(comm, settings.launch.threads, process_environment());
  if (!launch.warning.empty()) {
    console.warning(launch.warning);
  }
  return train(settings, Execution(comm, launch.threads), launch.hosts, console);
}

}  // namespace lockstep
