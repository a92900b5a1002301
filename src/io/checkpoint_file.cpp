#include "io/checkpoint_file.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr std::string_view kNamePrefix = "checkpoint-";
constexpr std::string_view kNameSuffix = ".h5";

}  // namespace

std::string checkpoint_name(std::int64_t step) {
  return fmt::format("{}{}{}", kNamePrefix, step, kNameSuffix);
}

std::optional<std::int64_t> checkpoint_step(const std::string& name) {
  std::int64_t step = 0;
  if (name.size() <= kNamePrefix.size()) {
    return std::nullopt;
  }
  std::from_chars(name.data() + kNamePrefix.size(), name.data() + name.size(), step);
  // Only names we give ourselves: no leading zeros, no sign, nothing behind.
  return step >= 0 && name == checkpoint_name(step) ? std::optional(step) : std::nullopt;
}

std::vector<CheckpointEntry> list_checkpoints(FileSystem& files, const std::string& directory) {
  std::vector<CheckpointEntry> checkpoints;
  for (const DirectoryEntry& entry : list_directory(files, directory)) {
    const std::optional<std::int64_t> step = checkpoint_step(entry.name);
    if (entry.regular_file && step) {
      checkpoints.push_back({*step, entry.name});
    }
  }
  std::ranges::sort(checkpoints, std::ranges::greater{}, &CheckpointEntry::step);
  return checkpoints;
}

}  // namespace lockstep
