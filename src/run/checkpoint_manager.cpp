#include "run/checkpoint_manager.h"

#include "base/timer.h"
#include "comm/agreement.h"
#include "io/checkpoint_file.h"
#include "io/durable_file.h"
#include "lockstep/base/errors.h"

#include <fmt/format.h>

namespace lockstep {

namespace {

/// The state in bytes that every rank has. One rank may still fail, for lack of memory. Collective.
TrainingState parse_everywhere(const std::string& bytes, const std::string& path, Communicator& comm) {
  TrainingState state;
  agree(comm, [&] { state = parse_checkpoint(std::as_bytes(std::span(bytes)), path); });
  return state;
}

}  // namespace

CheckpointManager::CheckpointManager(FileSystem& files, std::string folder, int keep, Communicator& comm,
                                     Console& console)
    : files_(files), folder_(std::move(folder)), keep_(keep), comm_(comm), console_(console) {}

void CheckpointManager::save(const TrainingState& state) {
  if (comm_.rank() != 0) {
    return;
  }
  try {
    write(state);
  } catch (const std::exception& error) {  // lack of memory among them
    console_.warning(fmt::format("no checkpoint at step {}: {}; training goes on, older checkpoints are intact",
                                 state.optimizer.iteration, error.what()));
  }
}

void CheckpointManager::save_or_throw(const TrainingState& state) {
  on_root(comm_, [&] { write(state); });
}

void CheckpointManager::write(const TrainingState& state) {
  const Timer timer;
  replace_durably(files_, folder_, checkpoint_name(state.optimizer.iteration), to_bytes(state));
  prune();
  seconds_ += timer.seconds();
}

/// Old checkpoints go only after the new one is durable.
void CheckpointManager::prune() {
  const std::vector<CheckpointEntry> entries = list_checkpoints(files_, folder_);
  const FileDescriptor directory(files_, open_directory(files_, folder_));
  for (std::size_t i = static_cast<std::size_t>(keep_); i < entries.size(); ++i) {
    static_cast<void>(files_.unlink(directory.id(), entries[i].name));  // one left over does no harm
  }
}

std::optional<TrainingState> CheckpointManager::load_newest() {
  std::string bytes;
  std::string path;
  on_root(comm_, [&] {
    const std::vector<CheckpointEntry> entries = list_checkpoints(files_, folder_);
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
        console_.warning(fmt::format("{}; trying the checkpoint before it", error.what()));
      }
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
  std::int64_t step = -1;
  on_root(comm_, [&] {
    const std::vector<CheckpointEntry> entries = list_checkpoints(files_, folder_);
    step = entries.empty() ? -1 : entries.front().step;
  });
  broadcast_values(comm_, std::span(&step, 1), 0);
  return step;
}

void CheckpointManager::remove_above(std::int64_t step) {
  on_root(comm_, [&] {
    for (const CheckpointEntry& entry : list_checkpoints(files_, folder_)) {
      if (entry.step > step) {
        remove_file(files_, folder_, entry.name);
      }
    }
  });
}

}  // namespace lockstep
