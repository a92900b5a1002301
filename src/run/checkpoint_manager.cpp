#include "run/checkpoint_manager.h"

#include "base/timer.h"
#include "comm/agreement.h"
#include "io/checkpoint_file.h"
#include "io/durable_file.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <exception>
#include <new>
#include <thread>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// The state in bytes that every rank has. One rank may still fail, for lack of memory. Collective.
TrainingState parse_everywhere(const std::string& bytes, const std::string& path, Communicator& comm) {
  TrainingState state;
  agree(comm, [&] { state = parse_checkpoint(std::as_bytes(std::span(bytes)), path); });
  return state;
}

constexpr std::array<std::chrono::milliseconds, 3> kPausesOfLastSave = {
    std::chrono::milliseconds(100), std::chrono::milliseconds(400), std::chrono::milliseconds(1600)};

void warn_of(Console& console, const WriteNews& news) {
  console.warning(fmt::format("no checkpoint at step {}: {}; training goes on, older checkpoints are intact", news.step,
                              news.failure));
}

/// The step of the checkpoint with the least validation loss, the first of them; −1: none is known.
std::int64_t best_step(const std::vector<CheckpointEntry>& entries, const std::vector<HistoryEntry>& history) {
  const HistoryEntry* best = nullptr;
  for (const HistoryEntry& entry : history) {
    const bool is_better = best == nullptr || entry.validation_loss < best->validation_loss;
    if (!std::isnan(entry.validation_loss) && is_better &&
        std::ranges::find(entries, entry.step, &CheckpointEntry::step) != entries.end()) {
      best = &entry;
    }
  }
  return best == nullptr ? -1 : best->step;
}

}  // namespace

CheckpointManager::CheckpointManager(FileSystem& files, std::string folder, int keep, Communicator& comm,
                                     Console& console)
    : files_(files),
      folder_(std::move(folder)),
      keep_(keep),
      comm_(comm),
      console_(console),
      writer_([this](const TrainingState& state) { write(state); }) {}

CheckpointManager::~CheckpointManager() {
  settle();
}

void CheckpointManager::save(const TrainingState& state) {
  if (comm_.rank() != 0) {
    return;
  }
  const Timer timer;
  try {
    writer_.submit(state);
  } catch (const std::bad_alloc&) {
    warn_of(console_, {state.optimizer.iteration, "not enough memory for a copy of the state"});
  }
  tell();
  seconds_ += timer.seconds();
}

void CheckpointManager::tell() {
  for (const WriteNews& news : writer_.take_news()) {
    if (news.failure.empty()) {
      console_.info(fmt::format("checkpoints are written again, from step {} on", news.step));
    } else {
      warn_of(console_, news);
    }
  }
}

void CheckpointManager::settle() {
  writer_.settle();
  tell();
}

void CheckpointManager::save_or_throw(const TrainingState& state) {
  const Timer timer;
  on_root(comm_, [&] {
    settle();
    for (const std::chrono::milliseconds pause : kPausesOfLastSave) {
      try {
        write(state);
        return;
      } catch (const Error&) {
        std::this_thread::sleep_for(pause);
      }
    }
    write(state);
  });
  seconds_ += timer.seconds();
}

void CheckpointManager::write(const TrainingState& state) {
  image_ = to_bytes(state, std::move(image_));
  replace_durably(files_, folder_, checkpoint_name(state.optimizer.iteration), image_);
  prune(state);
}

/// Old checkpoints go only after the new one is durable. Those that cannot go now do no harm, and go later.
void CheckpointManager::prune(const TrainingState& state) noexcept try {
  const std::vector<CheckpointEntry> entries = list_checkpoints(files_, folder_);
  const std::int64_t best = best_step(entries, state.history);
  const FileDescriptor directory(files_, open_directory(files_, folder_));
  for (std::size_t i = static_cast<std::size_t>(keep_); i < entries.size(); ++i) {
    if (entries[i].step != best) {
      static_cast<void>(files_.unlink(directory.id(), entries[i].name));
    }
  }
} catch (const std::exception&) {
}

std::optional<TrainingState> CheckpointManager::load_newest() {
  settle();
  std::string bytes;
  std::string path;
  on_root(comm_, [&] {
    const std::vector<CheckpointEntry> entries = list_checkpoints(files_, folder_);
    std::exception_ptr unreadable;
    for (const CheckpointEntry& entry : entries) {
      path = folder_ + "/" + entry.name;
      try {
        const std::vector<std::byte> content = read_file(files_, folder_, entry.name);
        static_cast<void>(parse_checkpoint(content, path));
        bytes.assign(reinterpret_cast<const char*>(content.data()), content.size());
        return;
      } catch (const FormatError&) {  // of another Lockstep: an older one would drop what it has done
        throw;
      } catch (const Error& error) {
        if (dynamic_cast<const SystemError*>(&error) != nullptr) {
          unreadable = std::current_exception();
        }
        console_.warning(fmt::format("{}; trying the checkpoint before it", error.what()));
      }
    }
    if (unreadable) {  // it may be as sound as ever
      std::rethrow_exception(unreadable);
    }
    if (!entries.empty()) {
      throw DataError(fmt::format("{}: none of the {} checkpoints is valid; --resume never --overwrite starts anew",
                                  folder_, entries.size()));
    }
  });
  broadcast_text(comm_, path, 0);
  broadcast_text(comm_, bytes, 0);
  if (bytes.empty()) {
    return std::nullopt;
  }
  return parse_everywhere(bytes, path, comm_);
}

TrainingState CheckpointManager::load(const std::string& path) {
  std::string bytes;
  on_root(comm_, [&] {
    const std::vector<std::byte> content = read_file(files_, path);
    static_cast<void>(parse_checkpoint(content, path));
    bytes.assign(reinterpret_cast<const char*>(content.data()), content.size());
  });
  broadcast_text(comm_, bytes, 0);
  return parse_everywhere(bytes, path, comm_);
}

std::int64_t CheckpointManager::newest_step() {
  settle();
  std::int64_t step = -1;
  on_root(comm_, [&] {
    const std::vector<CheckpointEntry> entries = list_checkpoints(files_, folder_);
    step = entries.empty() ? -1 : entries.front().step;
  });
  broadcast_values(comm_, std::span(&step, 1), 0);
  return step;
}

void CheckpointManager::remove_above(std::int64_t step) {
  settle();
  on_root(comm_, [&] {
    for (const CheckpointEntry& entry : list_checkpoints(files_, folder_)) {
      if (entry.step > step) {
        remove_file(files_, folder_, entry.name);
      }
    }
  });
}

}  // namespace lockstep
