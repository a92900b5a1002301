#include "comm/agreement.h"

#include "base/failure.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <map>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lockstep {

namespace {

Failure run(const std::function<void()>& work) {
  try {
    work();
    return {};
  } catch (...) {
    return current_failure();
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

template <typename Kind>
[[noreturn]] void throw_as(const Failure& failure) {
  Agreed<Kind> error(failure.text);
  error.put_before(failure.notices);
  throw error;
}

/// Of the type that has its code.
[[noreturn]] void throw_agreed(const Failure& failure, ExitCode code) {
  switch (code) {
    case ExitCode::usage:
      throw_as<UsageError>(failure);
    case ExitCode::bad_data:
      throw_as<DataError>(failure);
    case ExitCode::numerical_stop:
      throw_as<NumericalStop>(failure);
    case ExitCode::internal:
      throw_as<InternalError>(failure);
    case ExitCode::configuration:
      throw_as<ConfigurationError>(failure);
    default:
      break;
  }
  Agreed<Error> error(code, failure.text);
  error.put_before(failure.notices);
  throw error;
}

void throw_first(Communicator& comm, Failure mine) {
  const std::vector<ExitCode> codes = all_gather_value(comm, mine.code);
  for (int rank = 0; rank < comm.size(); ++rank) {
    const ExitCode code = codes[static_cast<std::size_t>(rank)];
    if (code != ExitCode::success) {
      broadcast_text(comm, mine.text, rank);
      broadcast_texts(comm, mine.notices, rank);
      throw_agreed(mine, code);
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

void require_same(Communicator& comm, std::uint64_t hash) {
  const std::vector<std::uint64_t> all = all_gather_value(comm, hash);
  std::map<std::uint64_t, std::vector<int>> ranks_of;
  for (int rank = 0; rank < comm.size(); ++rank) {
    ranks_of[all[static_cast<std::size_t>(rank)]].push_back(rank);
  }
  if (ranks_of.size() == 1) {
    return;
  }
  const auto by_size = [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); };
  const auto most = std::ranges::max_element(ranks_of, by_size);
  std::vector<int> odd;
  for (auto group = ranks_of.begin(); group != ranks_of.end(); ++group) {
    if (group != most) {
      odd.insert(odd.end(), group->second.begin(), group->second.end());
    }
  }
  std::ranges::sort(odd);
  throw Agreed<InternalError>(
      fmt::format("ranks diverged: rank {} of {} holds other parameters than the rest; nothing of this "
                  "step was saved; resume from the last checkpoint, on other hardware if it repeats",
                  fmt::join(odd, ", "), comm.size()));
}

}  // namespace lockstep
