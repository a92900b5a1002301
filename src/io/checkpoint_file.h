/// A checkpoint on disk: an HDF5 file whose 512-byte user block is a header, so that damage is seen before
/// HDF5 parses a byte.
///
///   offset  bytes  content (numbers little-endian)
///        0      8  "LOCKSTEP"
///        8      4  format number
///       12      4  zero
///       16      8  length of the image: the bytes after the header
///       24     32  SHA-256 of the image
///       56    448  zero
///      504      8  XXH3 (64 bit) of the 504 bytes before
///
/// The place of magic, number and checksum is the same in all formats. The number counts up when what is in the image
/// changes: files of the number before are read as long as nothing is missing in them.
#pragma once

#include "io/file_system.h"
#include "io/format_number.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

inline constexpr std::size_t kCheckpointHeaderBytes = 512;
inline constexpr KnownFormats kCheckpointFormats = {.oldest = 1, .newest = 1};

/// Fills in the header in the first 512 bytes, the user block of an Hdf5ImageWriter(kCheckpointHeaderBytes).
std::vector<std::byte> seal(std::vector<std::byte> image_with_user_block);

/// Verifies header and content. Returns the whole file, which Hdf5ImageReader takes as it is. Throws
/// DataError "PATH: reason": truncated, not a Lockstep checkpoint, header damaged, content damaged, bytes after the
/// end; FormatError for another format number.
std::span<const std::byte> unseal(std::span<const std::byte> file, const std::string& path);

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
