#include "lockstep/comm/agreement.h"

#include "lockstep/base/errors.h"

#include <exception>
#include <new>

namespace lockstep {

namespace {

/// What one rank says of its own work: 0, or the exit code of its failure.
struct Failure {
  int code = 0;
  std::string text;
};

Failure run(const std::function<void()>& work) {
  try {
    work();
    return {};
  } catch (const Error& error) {
    return {static_cast<int>(error.code()), error.what()};
  } catch (const std::bad_alloc&) {
    return {static_cast<int>(ExitCode::out_of_memory), "out of memory"};
  } catch (const std::exception& error) {
    return {static_cast<int>(ExitCode::internal), error.what()};
  }
}

void throw_first(Communicator& comm, Failure mine) {
  const std::vector<int> codes = all_gather_value(comm, mine.code);
  for (int rank = 0; rank < comm.size(); ++rank) {
    const int code = codes[static_cast<std::size_t>(rank)];
    if (code != 0) {
      broadcast_text(comm, mine.text, rank);
      throw Error(static_cast<ExitCode>(code), mine.text);
    }
  }
}

}  // namespace

void agree(Communicator& comm, const std::function<void()>& work) {
  throw_first(comm, run(work));
}

void on_root(Communicator& comm, const std::function<void()>& work) {
  throw_first(comm, comm.rank() == 0 ? run(work) : Failure{});
}

}  // namespace lockstep
