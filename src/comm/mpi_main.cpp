#include "base/failure.h"
#include "lockstep/comm/mpi_communicator.h"

#include <cstdio>
#include <memory>

namespace lockstep {

namespace {

/// Prints the error that is being handled: once where all ranks have it.
Failure told(const char* program, int rank) {
  Failure failure = current_failure();
  if (!failure.is_agreed || rank == 0) {
    std::fprintf(stderr, "%s: %s\n", program, failure.text.c_str());
  }
  return failure;
}

}  // namespace

int mpi_main(const char* program, int threads, const std::function<int(const Execution&)>& work) noexcept {
  try {
    const MpiEnvironment mpi;
    const Execution execution(std::make_unique<MpiCommunicator>(), threads);
    try {
      return work(execution);
    } catch (...) {
      const Failure failure = told(program, execution.rank());
      const int code = static_cast<int>(failure.code);
      if (!failure.is_agreed) {
        execution.comm().abort(code);
      }
      return code;
    }
  } catch (...) {  // MPI did not start
    return static_cast<int>(told(program, 0).code);
  }
}

}  // namespace lockstep
