#include "lockstep/comm/execution.h"

#include "base/numerics.h"
#include "lockstep/base/errors.h"

namespace lockstep {

namespace {

int checked(int threads) {
  if (threads < 1) {
    throw InternalError("an execution needs at least one thread");
  }
  configure_numerics();
  return threads;
}

/// Not owned.
std::shared_ptr<Communicator> borrowed(Communicator& comm) {
  return {&comm, [](Communicator*) {}};
}

}  // namespace

Execution::Execution(int threads) : Execution(std::make_unique<SerialCommunicator>(), threads) {}

Execution::Execution(std::unique_ptr<Communicator> comm, int threads)
    : comm_(std::move(comm)), threads_(checked(threads)) {}

Execution::Execution(Communicator& comm, int threads) : comm_(borrowed(comm)), threads_(checked(threads)) {}

Execution Execution::split(int colour) const {
  return {comm_->split(colour), threads_};
}

}  // namespace lockstep
