#include "cli/failure.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// That an abort takes to reach the other ranks of a machine, about.
constexpr std::chrono::milliseconds kTurn{200};
constexpr int kMostTurns = 10;

struct Failure {
  ExitCode code;
  std::string text;
  std::vector<std::string> notices;
  bool is_typed = false;   ///< an Error, which a launch of separate copies prints once
  bool is_agreed = false;  ///< every rank has it
};

/// What the exception says that is being handled.
Failure current_failure() {
  try {
    throw;
  } catch (const Error& error) {
    return {error.code(), error.what(), error.notices(), true, is_agreed(error)};
  } catch (const std::bad_alloc&) {
    return {ExitCode::out_of_memory, "out of memory; train --plan tells what a run takes", {}};
  } catch (const std::exception& error) {
    return {ExitCode::internal, error.what(), {}};
  } catch (...) {
    return {ExitCode::internal, "an exception of unknown type", {}};
  }
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
  const Failure failure = current_failure();
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
  const Failure failure = current_failure();
  Terminal terminal;
  if (is_parallel) {
    print_in_turn(failure, rank, terminal);
  } else {
    print(failure, "", terminal);
  }
  return static_cast<int>(failure.code);
}

}  // namespace lockstep
