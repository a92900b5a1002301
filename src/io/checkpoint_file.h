/// A checkpoint on disk: a sealed image, named by its step.
#pragma once

#include "io/file_system.h"
#include "io/sealed_image.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lockstep {

inline constexpr Seal kCheckpointSeal = {
    "LOCKSTEP",
    "a Lockstep checkpoint",
    {.oldest = 1, .newest = 1},
    "go on with the Lockstep that wrote it, or train anew with --resume never --overwrite"};

/// "checkpoint-<step>.h5".
std::string checkpoint_name(std::int64_t step);

/// Step of a name that checkpoint_name gives; nothing for any other name.
std::optional<std::int64_t> checkpoint_step(const std::string& name);

struct CheckpointEntry {
  std::int64_t step = 0;
  std::string name;
};

/// Checkpoints of a folder, highest step first: regular files only. Throws SystemError (read_input).
std::vector<CheckpointEntry> list_checkpoints(FileSystem& files, const std::string& directory);

}  // namespace lockstep
