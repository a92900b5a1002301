/// Chunks of a dataset, decompressed here. Internal to io/.
///
/// The library takes whatever a filter returns for a whole chunk: one that inflates to fewer bytes than its shape needs
/// would be read on into memory that nobody wrote. So chunks are read as they are stored, and their filters undone with
/// every length checked.
#pragma once

#include "io/hdf5.h"

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <span>
#include <vector>

namespace lockstep {

struct Hdf5ChunkLimits {
  std::int64_t file_bytes = 0;
  std::size_t cache_bytes = 0;  ///< of decompressed chunks that are kept
};

/// Reads rows of one chunked dataset of rank 1 or 2, each chunk but once where rows are read in order.
class Hdf5Chunks {
 public:
  /// `element_bytes` as they are stored, which for strings of variable length are not those of the type; `shape` as
  /// checked by hdf5_check. `dataset` and `type` outlive this object.
  Hdf5Chunks(hid_t dataset, hid_t type, std::size_t element_bytes, const std::vector<std::int64_t>& shape,
             const Hdf5ChunkLimits& limits, const Hdf5Place& place);

  /// The bytes of rows [first, first + rows) in the file's type, row-major. Throws DataError for a chunk that cannot be
  /// undone, or whose length is not that of its shape. To be called inside the lock.
  void read(std::int64_t first, std::int64_t rows, std::span<std::byte> out);

 private:
  struct Filter {
    H5Z_filter_t id = 0;
    std::size_t element_bytes = 0;  ///< of the shuffle filter
  };
  using Key = std::pair<std::int64_t, std::int64_t>;  // chunk of rows, chunk of columns
  using Bytes = std::vector<std::byte>;

  const Bytes& chunk(Key key);
  Bytes load(Key key) const;
  Bytes stored(const hsize_t* offset, std::uint32_t& skipped, const Hdf5Place& place) const;
  Bytes filled() const;
  Bytes undo_filters(Bytes bytes, std::uint32_t skipped, const Hdf5Place& place) const;
  Bytes inflated(const Bytes& packed, std::size_t expected, const Hdf5Place& place) const;

  hid_t dataset_;
  hid_t type_;
  Hdf5ChunkLimits limits_;
  Hdf5Place place_;
  int rank_;
  std::size_t element_bytes_;
  std::int64_t columns_;
  std::int64_t chunk_rows_ = 1;
  std::int64_t chunk_columns_ = 1;
  std::size_t chunk_bytes_ = 0;
  std::vector<Filter> filters_;  // in the order in which they were applied
  std::map<Key, Bytes> cache_;
  std::list<Key> oldest_first_;
};

}  // namespace lockstep
