#include "comm/agreement.h"

#include "lockstep/base/errors.h"

#include <exception>
#include <new>
#include <span>

namespace lockstep {

namespace {

/// What one rank says of its own work: 0, or the exit code of its failure.
struct Failure {
  int code = 0;
  std::string text;
  std::vector<std::string> notices;
};

Failure run(const std::function<void()>& work) {
  try {
    work();
    return {};
  } catch (const Error& error) {
    return {static_cast<int>(error.code()), error.what(), error.notices()};
  } catch (const std::bad_alloc&) {
    return {static_cast<int>(ExitCode::out_of_memory), "out of memory", {}};
  } catch (const std::exception& error) {
    return {static_cast<int>(ExitCode::internal), error.what(), {}};
  }
}

void broadcast_texts(Communicator& comm, std::vector<std::string>& texts, int root) {
  auto count = static_cast<std::int64_t>(texts.size());
  broadcast_values(comm, std::span(&count, 1), root);
  texts.resize(static_cast<std::size_t>(count));
  for (std::string& text : texts) {
    broadcast_text(comm, text, root);
  }
}

void throw_first(Communicator& comm, Failure mine) {
  const std::vector<int> codes = all_gather_value(comm, mine.code);
  for (int rank = 0; rank < comm.size(); ++rank) {
    const int code = codes[static_cast<std::size_t>(rank)];
    if (code != 0) {
      broadcast_text(comm, mine.text, rank);
      broadcast_texts(comm, mine.notices, rank);
      Agreed<Error> error(static_cast<ExitCode>(code), mine.text);
      error.put_before(mine.notices);
      throw error;
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
