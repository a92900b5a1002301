/// An HDF5 file of any size: datasets grow row by row, what is held of them is a few chunks, and the file stands under
/// its name when it is whole and durable, never before.
///
/// Equal content, appended in the same order, gives equal bytes: no times stand in it.
#pragma once

#include "io/hdf5_series.h"
#include "io/hdf5_writer.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

/// All throw SystemError for what the disk does not take (the temporary file goes with this object), else what
/// Hdf5Writer throws.
class Hdf5Output final : public Hdf5Writer {
 public:
  /// Of DIRECTORY/NAME; `files` outlives it.
  Hdf5Output(FileSystem& files, const std::string& directory, const std::string& name);
  ~Hdf5Output();
  Hdf5Output(const Hdf5Output&) = delete;
  Hdf5Output& operator=(const Hdf5Output&) = delete;

  // Datasets that grow, until finish(); what is returned lives as long as this. Memory of numbers: one chunk,
  // compressed two dozen.
  Hdf5Series& series(const std::string& path, const Hdf5SeriesSettings& settings);
  Hdf5TextSeries& text_series(const std::string& path);

  // Attributes of a group or dataset that is there, as h5py writes them.
  void write_attribute(const std::string& object, const std::string& name, const std::string& text);
  void write_attribute(const std::string& object, const std::string& name, std::span<const std::int64_t> values);

  std::int64_t bytes() const { return target_.file.bytes(); }

  /// Closes the datasets, makes the file durable and renames it into place.
  void finish();

 private:
  void close();

  Hdf5Target target_;
  std::vector<std::unique_ptr<Hdf5Series>> series_;
  std::vector<std::unique_ptr<Hdf5TextSeries>> texts_;
};

}  // namespace lockstep
