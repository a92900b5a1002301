#include "cli/failure.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// That an abort takes to reach the other ranks of a machine, about.
constexpr std::chrono::milliseconds kTurn{200};
constexpr int kMostTurns = 10;

}  // namespace

int fail_alone(ExitCode code, const std::string& message, Communicator& comm, Terminal& terminal) {
  if (comm.size() > 1) {
    std::this_thread::sleep_for(kTurn * std::min(comm.rank(), kMostTurns));
    terminal.error(fmt::format("rank {}: {}", comm.rank(), message));
    comm.abort(static_cast<int>(code));
  }
  terminal.error(message);
  return static_cast<int>(code);
}

}  // namespace lockstep
