#include "lockstep/base/errors.h"
#include "lockstep/cli/commands.h"
#include "lockstep/cli/environment.h"
#include "lockstep/cli/launch.h"
#include "lockstep/train/trainer.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// The key of the first line in which two documents of the same keys differ.
std::string first_difference(const std::string& a, const std::string& b) {
  const auto differs = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  const std::size_t line = differs == 0 ? 0 : a.rfind('\n', differs - 1) + 1;
  return a.substr(line, a.find(" =", line) - line);
}

/// Environment and files may differ between hosts: stops before that makes ranks drift apart. Threads may differ.
/// Collective.
void require_same_settings(std::vector<ConfigEntry> entries, Communicator& comm) {
  std::erase_if(entries, [](const ConfigEntry& entry) { return entry.key == "threads"; });
  const std::vector<std::string> documents = all_gather_text(comm, to_toml(entries));
  for (std::size_t rank = 1; rank < documents.size(); ++rank) {
    if (documents[rank] != documents[0]) {
      throw ConfigurationError(fmt::format(
          "rank {} was given other settings than rank 0, from '{}' on; give options on the command line, or the same "
          "files and environment (mpirun -x NAME) to every host",
          rank, first_difference(documents[0], documents[rank])));
    }
  }
}

}  // namespace

ExitCode run_train(const TrainSettings& settings, Communicator& comm, Console& console) {
  require_same_settings(config_entries(settings), comm);
  const LaunchReport launch = survey_cores(comm, settings.threads, process_environment());
  if (!launch.warning.empty()) {
    console.warning(launch.warning);
  }
  return train(settings, launch.threads, comm, console);
}

}  // namespace lockstep
