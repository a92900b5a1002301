#include "cli/same_start.h"

#include "base/hash.h"
#include "base/version.h"
#include "io/printable.h"
#include "lockstep/base/errors.h"
#include "run/config_entries.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// Of this process's binary; the same for all where it cannot be read.
std::string program_hash() {
  std::ifstream file("/proc/self/exe", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return file ? to_hex(hash64(std::as_bytes(std::span(bytes)))) : "";
}

/// The key of the first line in which two TOML documents of the same keys differ.
std::string first_difference(const std::string& a, const std::string& b) {
  const auto differs = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  const std::size_t line = differs == 0 ? 0 : a.rfind('\n', differs - 1) + 1;
  return a.substr(line, a.find(" =", line) - line);
}

}  // namespace

void require_same_start(const std::string& command, Communicator& comm) {
  if (comm.size() == 1) {
    return;
  }
  const std::vector<std::string> programs = all_gather_text(comm, program_hash());
  const std::vector<std::string> commands = all_gather_text(comm, command);
  for (std::size_t rank = 1; rank < programs.size(); ++rank) {
    if (programs[rank] != programs[0]) {
      throw Agreed<ConfigurationError>(
          fmt::format("rank {} runs another binary than rank 0: start the same file on every host", rank));
    }
    if (commands[rank] != commands[0]) {
      throw Agreed<ConfigurationError>(fmt::format("rank {} was told '{}', rank 0 '{}': one job does one thing", rank,
                                                   printable(commands[rank]), printable(commands[0])));
    }
  }
}

void require_same_settings(const TrainSettings& given, Communicator& comm) {
  std::vector<ConfigEntry> entries = config_entries(given);
  std::erase_if(entries, [](const ConfigEntry& entry) { return entry.key == "threads"; });
  std::ranges::copy(launch_entries(given), std::back_inserter(entries));
  const std::vector<std::string> builds = all_gather_text(comm, build_id());
  const std::vector<std::string> settings = all_gather_text(comm, to_toml(entries));
  for (std::size_t rank = 1; rank < settings.size(); ++rank) {
    if (builds[rank] != builds[0]) {
      throw Agreed<ConfigurationError>(fmt::format(
          "rank {} runs on another kind of processor than rank 0 ({}; rank 0: {}): start on nodes of one kind", rank,
          builds[rank], builds[0]));
    }
    if (settings[rank] != settings[0]) {
      throw Agreed<ConfigurationError>(
          fmt::format("rank {} was given other settings than rank 0, from '{}' on; give options on "
                      "the command line, or the same files and environment (mpirun -x NAME) to "
                      "every host",
                      rank, first_difference(settings[0], settings[rank])));
    }
  }
}

}  // namespace lockstep
