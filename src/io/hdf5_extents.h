/// Where the numbers of a dataset stand in its file: found once, they are read without the HDF5 library and its lock.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

/// Numbers as the file stores them, little-endian.
enum class StoredNumber { int8, int16, int32, int64, uint8, uint16, uint32, uint64, float32, float64 };

/// What Hdf5Input::extents() finds out.
struct Hdf5Extent {
  std::int64_t offset = 0;  ///< in the file
  std::int64_t bytes = 0;
};

class Hdf5Extents {
 public:
  /// `extents`: of chunks of `chunk_rows` whole rows, in their order; one for contiguous storage. Opens `path` anew.
  /// Throws SystemError (66, 77, 74).
  Hdf5Extents(const std::string& path, const std::string& object, StoredNumber number, std::int64_t columns,
              std::int64_t chunk_rows, std::vector<Hdf5Extent> extents);
  ~Hdf5Extents();
  Hdf5Extents(const Hdf5Extents&) = delete;
  Hdf5Extents& operator=(const Hdf5Extents&) = delete;

  /// Rows [first, first + rows), which the dataset has, row-major: out.size() = rows × columns. From any thread. Throws
  /// SystemError (74) where they cannot be read, DataError where the file has become shorter, and for an integer that
  /// the type does not hold exactly.
  void read_rows(std::int64_t first, std::int64_t rows, std::span<double> out) const;
  void read_rows(std::int64_t first, std::int64_t rows, std::span<std::int64_t> out) const;

 private:
  template <typename Value>
  void read_as(std::int64_t first, std::int64_t rows, std::span<Value> out) const;
  /// Calls visit(offset in the file, values) for the pieces of these rows.
  template <typename Visit>
  void visit_pieces(std::int64_t first, std::int64_t rows, Visit visit) const;
  void read_bytes(std::int64_t offset, std::span<std::byte> bytes) const;

  std::string path_;
  std::string object_;
  StoredNumber number_;
  std::int64_t columns_;
  std::int64_t chunk_rows_;
  std::vector<Hdf5Extent> extents_;
  int file_ = -1;
};

}  // namespace lockstep
