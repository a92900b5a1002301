#include "lockstep/base/errors.h"
#include "lockstep/comm/mpi_communicator.h"

#include <cstdio>
#include <exception>
#include <new>

namespace lockstep {

namespace {

struct Failure {
  int code = 0;
  bool is_agreed = false;
};

/// Prints the error that is being handled.
Failure failure(const char* program, int rank) {
  const auto say = [program](const char* text) { std::fprintf(stderr, "%s: %s\n", program, text); };
  try {
    throw;
  } catch (const Error& error) {
    const bool agreed = is_agreed(error);
    if (!agreed || rank == 0) {
      say(error.what());
    }
    return {static_cast<int>(error.code()), agreed};
  } catch (const std::bad_alloc&) {
    say("out of memory");
    return {static_cast<int>(ExitCode::out_of_memory)};
  } catch (const std::exception& error) {
    say(error.what());
  } catch (...) {
    say("an exception of an unknown kind");
  }
  return {static_cast<int>(ExitCode::internal)};
}

}  // namespace

int mpi_main(const char* program, int threads, const std::function<int(const Execution&)>& work) noexcept {
  try {
    const MpiEnvironment mpi;
    const Execution execution(std::make_unique<MpiCommunicator>(), threads);
    try {
      return work(execution);
    } catch (...) {
      const Failure failed = failure(program, execution.rank());
      if (!failed.is_agreed) {
        execution.comm().abort(failed.code);
      }
      return failed.code;
    }
  } catch (...) {  // MPI did not start
    return failure(program, 0).code;
  }
}

}  // namespace lockstep
