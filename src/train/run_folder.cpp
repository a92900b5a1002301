#include "lockstep/train/run_folder.h"

#include "lockstep/base/errors.h"
#include "lockstep/base/version.h"
#include "lockstep/comm/agreement.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

namespace lockstep {

namespace {

/// The key of the first line in which two TOML documents of the same keys differ.
std::string first_difference(const std::string& a, const std::string& b) {
  const auto differs = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  const std::size_t line = differs == 0 ? 0 : a.rfind('\n', differs - 1) + 1;
  return a.substr(line, a.find(" =", line) - line);
}

}  // namespace

void require_equal_programs(const TrainSettings& given, Communicator& comm) {
  const std::vector<std::string> builds = all_gather_text(comm, build_id());
  std::vector<ConfigEntry> entries = config_entries(given);
  std::erase_if(entries, [](const ConfigEntry& entry) { return entry.key == "threads"; });
  const std::vector<std::string> settings = all_gather_text(comm, to_toml(entries));
  for (std::size_t rank = 1; rank < builds.size(); ++rank) {
    if (builds[rank] != builds[0]) {
      throw ConfigurationError(
          fmt::format("rank {} runs another program or processor kind than rank 0 ({}; rank 0: {}): "
                      "start the same binary on nodes of one kind",
                      rank, builds[rank], builds[0]));
    }
    if (settings[rank] != settings[0]) {
      throw ConfigurationError(
          fmt::format("rank {} was given other settings than rank 0, from '{}' on; give options on "
                      "the command line, or the same files and environment (mpirun -x NAME) to "
                      "every host",
                      rank, first_difference(settings[0], settings[rank])));
    }
  }
}

void probe_run_folder(const std::string& folder, Communicator& comm) {
  on_root(comm, [&] {
    std::filesystem::path at = std::filesystem::absolute(folder);
    while (!std::filesystem::exists(at) && at.has_parent_path() && at != at.parent_path()) {
      at = at.parent_path();
    }
    if (!std::filesystem::is_directory(at)) {
      throw Error(ExitCode::cannot_create, fmt::format("{}: cannot create the run folder ({} is not a folder); choose "
                                                       "another --run",
                                                       folder, at.string()));
    }
    if (access(at.c_str(), W_OK | X_OK) != 0) {
      throw SystemError(SystemError::Purpose::create_output, at.string(), "write into the run folder", errno);
    }
  });
}

int ranks_on_this_host(Communicator& comm) {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  const std::vector<std::string> hosts = all_gather_text(comm, name.data());
  return static_cast<int>(std::ranges::count(hosts, name.data()));
}

}  // namespace lockstep
