#include "cli/same_start.h"

#include "base/hash.h"
#include "io/printable.h"
#include "lockstep/base/errors.h"

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

}  // namespace lockstep
