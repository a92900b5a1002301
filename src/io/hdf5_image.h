/// HDF5 files as bytes in memory: equal content gives equal bytes, and the bytes reach the disk by our own
/// durable write (on a full disk HDF5 1.10's flush and close return success).
///
/// No timestamps, no attributes, little-endian numbers, fixed-length UTF-8 strings padded with NUL: h5py,
/// h5dump and every other reader open them.
#pragma once

#include "io/hdf5_input.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

/// Builds one image. Groups on the way to a dataset are created; a path is written once. The order of writes
/// is part of the bytes. Throws InternalError, or Error (out_of_memory).
class Hdf5ImageWriter {
 public:
  /// user_block_bytes: 0, or a power of two ≥ 512: zero bytes in front of the HDF5 content for a header of
  /// ours. expected_bytes: about how large the file becomes, or less. `spare`: memory that finish() gave before.
  explicit Hdf5ImageWriter(std::size_t user_block_bytes = 0, std::size_t expected_bytes = 0,
                           std::vector<std::byte> spare = {});

  /// Row-major values; the product of `shape` (rank 0 to 2, a dimension may be 0) is values.size().
  void write(const std::string& path, std::span<const double> values, const std::vector<std::int64_t>& shape);
  /// Rank 1.
  void write(const std::string& path, std::span<const double> values);
  void write(const std::string& path, std::span<const std::int64_t> values);
  void write(const std::string& path, std::span<const std::uint64_t> values);
  /// A string may not hold NUL (DataError): padding could not be told from content.
  void write(const std::string& path, const std::string& text);
  void write(const std::string& path, const std::vector<std::string>& texts);

  // Datasets of rank 0.
  void write_scalar(const std::string& path, double value);
  void write_scalar(const std::string& path, std::int64_t value);
  void write_scalar(const std::string& path, std::uint64_t value);

  /// The bytes of the file, user block included. The writer is spent.
  std::vector<std::byte> finish();

 private:
  void create_groups(const std::string& path);
  void write_dataset(const std::string& path, hid_t file_type, hid_t memory_type, const void* values,
                     const std::vector<std::int64_t>& shape);
  void write_texts(const std::string& path, std::span<const std::string> texts, const std::vector<std::int64_t>& shape);

  std::size_t user_block_bytes_;
  Hdf5Place place_;
  std::unique_ptr<std::vector<std::byte>> image_;  // HDF5 writes into it
  Hdf5File file_;
  Hdf5Properties dataset_creation_;
};

/// Reads an image, with the checks of Hdf5Input. All throw DataError naming the file and the dataset.
class Hdf5ImageReader {
 public:
  /// The image is copied. `file_name` stands in messages.
  Hdf5ImageReader(std::span<const std::byte> image, const std::string& file_name);

  bool has(const std::string& path) const;
  /// Names in a group, ascending by bytes.
  std::vector<std::string> names(const std::string& group = "/") const;
  std::vector<std::int64_t> shape(const std::string& path);

  /// All values, row-major; integers are converted.
  std::vector<double> read_doubles(const std::string& path);
  std::vector<std::int64_t> read_integers(const std::string& path);
  std::vector<std::uint64_t> read_words(const std::string& path);
  std::vector<std::string> read_texts(const std::string& path);

  // Exactly one value (rank 0, or length 1).
  double read_double(const std::string& path);
  std::int64_t read_integer(const std::string& path);
  std::uint64_t read_word(const std::string& path);
  std::string read_text(const std::string& path);

 private:
  Hdf5Input input_;
};

}  // namespace lockstep
