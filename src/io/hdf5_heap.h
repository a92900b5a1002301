/// Strings of variable length in a file's global heap, read within bounds of our own. Internal to io/.
///
/// On a damaged heap the library crashes or never returns, so it is not asked: a dataset's references are taken as
/// they are stored, and the collections they point into parsed here (HDF5 File Format Specification 3.0, III.E).
///
/// | part         | bytes                                                                                 |
/// | reference    | length (4), address of the collection (address_bytes), index of the object (4)        |
/// | collection   | "GCOL", version 1, 3 zeros, size of all (length_bytes), then objects                  |
/// | object       | index (2), references (2), 4 zeros, size (length_bytes), content, padded to 8 bytes   |
#pragma once

#include "io/hdf5.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

/// Reads bytes at an offset from the begin of the file; false where they cannot be read.
using ReadBytes = std::function<bool(std::int64_t offset, std::span<std::byte> bytes)>;

/// How a file reads its own addresses.
struct Hdf5Addressing {
  std::int64_t base = 0;          ///< bytes of the user block
  std::size_t address_bytes = 8;  ///< of a file address
  std::size_t length_bytes = 8;   ///< of a length
  std::int64_t file_bytes = 0;

  std::size_t reference_bytes() const { return 8 + address_bytes; }
};

class Hdf5Heap {
 public:
  explicit Hdf5Heap(const Hdf5Addressing& addressing) : addressing_(addressing) {}

  /// The texts of references that stand side by side, each cut at its first NUL. Throws DataError naming `place` for a
  /// reference that leads nowhere, and where the texts together are longer than the file.
  std::vector<std::string> texts(std::span<const std::byte> references, const ReadBytes& read, const Hdf5Place& place);

 private:
  struct Object {
    std::size_t begin = 0;
    std::size_t size = 0;
  };
  struct Collection {
    std::vector<std::byte> bytes;
    std::map<std::uint64_t, Object> objects;
  };

  const Collection& collection(std::uint64_t address, const ReadBytes& read, const Hdf5Place& place);
  Collection load(std::uint64_t address, const ReadBytes& read, const Hdf5Place& place) const;

  Hdf5Addressing addressing_;
  std::map<std::uint64_t, Collection> collections_;
  std::int64_t held_bytes_ = 0;
  std::int64_t loaded_bytes_ = 0;
};

}  // namespace lockstep
