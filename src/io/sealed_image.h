/// An HDF5 file whose 512-byte user block is a header, so that damage is seen before HDF5 parses a byte. HDF5's own
/// tools open it as it is.
///
///   offset  bytes  content (numbers little-endian)
///        0      8  magic of the kind of file
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

#include "io/format_number.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

inline constexpr std::size_t kSealBytes = 512;

/// A kind of file that is sealed.
struct Seal {
  std::string_view magic;  ///< 8 characters
  std::string_view what;   ///< "a Lockstep checkpoint"
  KnownFormats formats;
  std::string_view remedy;  ///< what to do with a file of another format
};

/// True where the file begins with the magic.
bool has_seal(const Seal& kind, std::span<const std::byte> file);

/// Fills in the header in the first 512 bytes, the user block of an Hdf5ImageWriter(kSealBytes).
std::vector<std::byte> seal(const Seal& kind, std::vector<std::byte> image_with_user_block);

/// Verifies header and content. Returns the whole file, which Hdf5ImageReader takes as it is. Throws DataError "PATH:
/// reason": truncated, not of this kind, header damaged, content damaged, bytes after the end; FormatError for another
/// format number.
std::span<const std::byte> unseal(const Seal& kind, std::span<const std::byte> file, const std::string& path);

}  // namespace lockstep
