#include "cli/commands.h"
#include "cli/environment.h"
#include "cli/launch.h"
#include "run/trainer.h"

namespace lockstep {

ExitCode run_train(const TrainSettings& settings, Communicator& comm, Console& console) {
  const LaunchReport launch = survey_cores(comm, settings.launch.threads, process_environment());
  if (!launch.warning.empty()) {
    console.warning(launch.warning);
  }
  return train(settings, Execution(comm, launch.threads), console);
}

}  // namespace lockstep
