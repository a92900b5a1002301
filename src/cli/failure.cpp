#include "cli/failure.h"

#include "base/failure.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// That an abort takes to reach the other ranks of a machine, about.
constexpr std::chrono::milliseconds kTurn{200};
constexpr int kMostTurns = 10;

Failure failure_of_command() {
  Failure failure = current_failure();
  if (!failure.is_typed && failure.code == ExitCode::out_of_memory) {
    failure.text += "; train --plan tells what a run takes";
  }
  return failure;
}

void print(const Failure& failure, const std::string& from, Terminal& terminal) {
  for (const std::string& notice : failure.notices) {
    terminal.warning(notice);
  }
  terminal.error(from + failure.text);
}

/// Where several ranks fail alike, as for lack of memory, the first one's abort comes before the others' messages.
void print_in_turn(const Failure& failure, int rank, Terminal& terminal) {
  std::this_thread::sleep_for(kTurn * std::min(rank, kMostTurns));
  print(failure, fmt::format("rank {}: ", rank), terminal);
}

}  // namespace

int fail(bool speaks, Communicator& comm, Terminal& terminal) {
  const Failure failure = failure_of_command();
  const int code = static_cast<int>(failure.code);
  if (comm.size() > 1 && !failure.is_agreed) {
    print_in_turn(failure, comm.rank(), terminal);
    comm.abort(code);
  }
  if (speaks || !failure.is_typed) {
    print(failure, "", terminal);
  }
  return code;
}

int fail_to_start(bool is_parallel, int rank) {
  const Failure failure = failure_of_command();
  Terminal terminal;
  if (is_parallel) {
    print_in_turn(failure, rank, terminal);
  } else {
    print(failure, "", terminal);
  }
  return static_cast<int>(failure.code);
}

}  // namespace lockstep
