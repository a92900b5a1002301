/// HDF5 files as bytes in memory: equal content gives equal bytes, and the bytes reach the disk by our own
/// durable write (on a full disk HDF5 1.10's flush and close return success).
#pragma once

#include "io/hdf5_input.h"
#include "io/hdf5_writer.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

/// Builds one image.
class Hdf5ImageWriter final : public Hdf5Writer {
 public:
  /// user_block_bytes: 0, or a power of two ≥ 512: zero bytes in front of the HDF5 content for a header of
  /// ours. expected_bytes: about how large the file becomes, or less. `spare`: memory that finish() gave before.
  explicit Hdf5ImageWriter(std::size_t user_block_bytes = 0, std::size_t expected_bytes = 0,
                           std::vector<std::byte> spare = {});
  ~Hdf5ImageWriter() { file_ = Hdf5File(); }
  Hdf5ImageWriter(Hdf5ImageWriter&&) noexcept = default;

  /// The bytes of the file, user block included. The writer is spent.
  std::vector<std::byte> finish();

 private:
  std::size_t user_block_bytes_;
  std::unique_ptr<std::vector<std::byte>> image_;  // HDF5 writes into it
};

/// Reads whole datasets, with the checks of Hdf5Input. All throw DataError naming the file and the dataset.
class Hdf5ImageReader {
 public:
  /// The image is copied. `file_name` stands in messages.
  Hdf5ImageReader(std::span<const std::byte> image, const std::string& file_name);
  explicit Hdf5ImageReader(Hdf5Input file) : input_(std::move(file)) {}

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
