/// Datasets that grow row by row, written chunk by chunk. Internal to Hdf5Output, which makes them.
///
/// Chunks are filled, shuffled and deflated here and given to HDF5 as they are to stand in the file: several at a time
/// by as many threads, while the library knows but one.
#pragma once

#include "io/hdf5_driver.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

enum class Hdf5Number { float32, float64, int32, int64 };

struct Hdf5SeriesSettings {
  Hdf5Number type = Hdf5Number::float64;
  std::int64_t columns = -1;  ///< of a matrix; −1: rank 1
  bool compress = false;      ///< shuffle and deflate
  int threads = 1;
};

/// Bytes of a chunk, unless one row takes more: some thousand chunks in a file of gigabytes.
inline constexpr std::int64_t kChunkBytes = std::int64_t{1} << 20;

/// Numbers, rank 1 or 2. Throws SystemError for what the file does not take, else InternalError or Error
/// (out_of_memory).
class Hdf5Series {
 public:
  /// `file` and `target` outlive it; what `place` names does not exist, its groups do.
  Hdf5Series(hid_t file, Hdf5Target& target, const Hdf5SeriesSettings& settings, const Hdf5Place& place);

  /// The next values, of a matrix row after row and cut anywhere. Whole numbers, where the type is one.
  void append(std::span<const double> values);
  void append(std::span<const std::int32_t> values);
  void append(std::span<const std::int64_t> values);

  std::int64_t values() const { return values_; }

  /// Replaces all values so far, in blocks. Of float64 that is not compressed.
  void transform(const std::function<void(std::span<double>)>& change);

  /// Writes what is left, and cuts the dataset to its rows. Throws InternalError where the last row is not whole.
  void close();

 private:
  template <typename Value>
  void append_as(std::span<const Value> values);
  /// The dataset, before its first chunk: one that is shorter has one chunk of its length.
  void create();
  /// Writes the chunks that are filled, the last one with zeros at its end.
  void flush();
  void set_rows(std::int64_t rows);
  void write_chunk(std::int64_t chunk, std::span<const std::byte> bytes);
  std::vector<hsize_t> chunk_offset(std::int64_t chunk) const;
  std::int64_t chunk_values() const { return chunk_rows_ * width_; }

  hid_t file_;
  Hdf5Place place_;
  Hdf5Target& target_;
  Hdf5SeriesSettings settings_;
  std::size_t element_bytes_;
  std::int64_t width_;  // values of a row
  std::int64_t chunk_rows_;
  Hdf5Dataset dataset_;
  std::vector<std::byte> buffer_;               // some chunks
  std::int64_t buffered_ = 0;                   // values
  std::int64_t values_ = 0;                     // all
  std::int64_t chunks_ = 0;                     // written
  std::vector<std::vector<std::byte>> packed_;  // a chunk each
};

/// Texts of any length, rank 1.
class Hdf5TextSeries {
 public:
  Hdf5TextSeries(hid_t file, Hdf5Target& target, const Hdf5Place& place);
  /// The next texts, without NUL.
  void append(std::span<const std::string> texts);
  void close() { dataset_ = Hdf5Dataset(); }

 private:
  Hdf5Place place_;
  Hdf5Target& target_;
  Hdf5Type type_;
  Hdf5Dataset dataset_;
  hsize_t rows_ = 0;
};

}  // namespace lockstep
