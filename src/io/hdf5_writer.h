/// Whole datasets, small ones, written into an HDF5 file.
///
/// No timestamps, little-endian numbers, fixed-length UTF-8 strings padded with NUL: h5py, h5dump and every other
/// reader open them, and equal content gives equal bytes.
#pragma once

#include "io/hdf5.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

/// A dataset (H5P_DATASET_CREATE), a group or a file to be created without times.
Hdf5Properties without_times(hid_t property_class, const Hdf5Place& place);

/// Groups on the way to a dataset are created; a path is written once. The order of writes is part of the bytes. Throws
/// InternalError, or Error (out_of_memory).
class Hdf5Writer {
 public:
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

 protected:
  /// `name` stands in messages. The file is given by who makes it, and closed by them.
  explicit Hdf5Writer(std::string name) : place_{std::move(name), "", ExitCode::internal} {}
  Hdf5Writer(Hdf5Writer&&) noexcept = default;
  ~Hdf5Writer() = default;

  void create_groups(const std::string& path);
  Hdf5Place at(const std::string& path) const { return {place_.file, path, place_.code}; }

  Hdf5Place place_;
  Hdf5File file_;

 private:
  void write_dataset(const std::string& path, hid_t file_type, hid_t memory_type, const void* values,
                     const std::vector<std::int64_t>& shape);
  void write_texts(const std::string& path, std::span<const std::string> texts, const std::vector<std::int64_t>& shape);
};

}  // namespace lockstep
