/// A zip archive as numpy.savez writes it: members stored or deflated, of any size (zip64); no other kind is read.
#pragma once

#include "data/byte_source.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace lockstep {

class Communicator;

struct ZipMember {
  std::string name;
  bool is_deflated = false;
  std::int64_t packed_bytes = 0;
  std::int64_t bytes = 0;
  std::uint32_t checksum = 0;  ///< CRC-32 of the bytes
  std::int64_t begin = 0;      ///< of the packed bytes in the file
};

/// True for the first bytes of an archive whose first member is a .npy file.
bool is_npz_signature(std::string_view head);

/// The members in the order of the archive's directory, their places being within the file. Throws DataError for what
/// is no archive or is cut off, lies about its lengths, is encrypted or packed in another way, or has one name twice.
std::vector<ZipMember> zip_members(const InputFile& file);

/// The bytes of a member; `place` is it in messages. Deflated ones are checked against length and checksum once they
/// are read to the end.
std::unique_ptr<ByteSource> open_member(const InputFile& file, const ZipMember& member, const std::string& place);

/// Compares the checksum of a stored member, all ranks reading a part. Collective. Throws DataError on every rank.
void check_stored(const InputFile& file, const ZipMember& member, const std::string& place, Communicator& comm);

}  // namespace lockstep
