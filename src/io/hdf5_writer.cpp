#include "io/hdf5_writer.h"

#include "io/printable.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lockstep {

namespace {

std::vector<hsize_t> as_dimensions(const std::vector<std::int64_t>& shape) {
  return {shape.begin(), shape.end()};
}

}  // namespace

Hdf5Properties without_times(hid_t property_class, const Hdf5Place& place) {
  auto creation = owned<Hdf5Properties>(H5Pcreate(property_class), "H5Pcreate", place);
  checked(H5Pset_obj_track_times(creation.id(), false), "H5Pset_obj_track_times", place);
  return creation;
}

/// Groups on the way are made here: those HDF5 makes by itself keep times.
void Hdf5Writer::create_groups(const std::string& path) {
  for (std::size_t end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1)) {
    const std::string group = path.substr(0, end);
    const Hdf5Place place = at(group);
    if (checked(H5Lexists(file_.id(), group.c_str(), H5P_DEFAULT), "H5Lexists", place) == 0) {
      const auto creation = without_times(H5P_GROUP_CREATE, place);
      const Hdf5Group created(
          checked(H5Gcreate2(file_.id(), group.c_str(), H5P_DEFAULT, creation.id(), H5P_DEFAULT), "H5Gcreate2", place));
    }
  }
}

void Hdf5Writer::write_dataset(const std::string& path, hid_t file_type, hid_t memory_type, const void* values,
                               const std::vector<std::int64_t>& shape) {
  const Hdf5Place place = at(path);
  create_groups(path);
  const std::vector<hsize_t> dimensions = as_dimensions(shape);
  const auto rank = static_cast<int>(dimensions.size());
  const auto space = owned<Hdf5Space>(H5Screate_simple(rank, dimensions.data(), nullptr), "H5Screate_simple", place);
  const auto creation = without_times(H5P_DATASET_CREATE, place);
  const auto dataset = owned<Hdf5Dataset>(
      H5Dcreate2(file_.id(), path.c_str(), file_type, space.id(), H5P_DEFAULT, creation.id(), H5P_DEFAULT),
      "H5Dcreate2", place);
  if (std::find(shape.begin(), shape.end(), 0) == shape.end()) {
    checked(H5Dwrite(dataset.id(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "H5Dwrite", place);
  }
}

void Hdf5Writer::write(const std::string& path, std::span<const double> values,
                       const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t length : shape) {
    count *= length;
  }
  if (shape.size() > 2 || count != static_cast<std::int64_t>(values.size())) {
    throw InternalError(
        fmt::format("{}: {} values do not fill the shape ({})", path, values.size(), fmt::join(shape, ", ")));
  }
  const auto lock = hdf5_lock();
  write_dataset(path, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values.data(), shape);
}

void Hdf5Writer::write(const std::string& path, std::span<const double> values) {
  write(path, values, {static_cast<std::int64_t>(values.size())});
}

void Hdf5Writer::write(const std::string& path, std::span<const std::int64_t> values) {
  const auto lock = hdf5_lock();
  write_dataset(path, H5T_STD_I64LE, H5T_NATIVE_INT64, values.data(), {static_cast<std::int64_t>(values.size())});
}

void Hdf5Writer::write(const std::string& path, std::span<const std::uint64_t> values) {
  const auto lock = hdf5_lock();
  write_dataset(path, H5T_STD_U64LE, H5T_NATIVE_UINT64, values.data(), {static_cast<std::int64_t>(values.size())});
}

void Hdf5Writer::write_texts(const std::string& path, std::span<const std::string> texts,
                             const std::vector<std::int64_t>& shape) {
  const auto lock = hdf5_lock();
  std::size_t width = 1;
  for (const std::string& text : texts) {
    width = std::max(width, text.size());
    if (text.find('\0') != std::string::npos) {
      throw DataError("a text for " + path + " holds a NUL character (" + printable(text) + ")");
    }
  }
  std::vector<char> fields(width * texts.size(), '\0');
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::copy(texts[i].begin(), texts[i].end(), fields.data() + i * width);
  }
  const Hdf5Place place = at(path);
  const auto type = owned<Hdf5Type>(H5Tcopy(H5T_C_S1), "H5Tcopy", place);
  checked(H5Tset_size(type.id(), width), "H5Tset_size", place);
  checked(H5Tset_strpad(type.id(), H5T_STR_NULLPAD), "H5Tset_strpad", place);
  checked(H5Tset_cset(type.id(), H5T_CSET_UTF8), "H5Tset_cset", place);
  write_dataset(path, type.id(), type.id(), fields.data(), shape);
}

void Hdf5Writer::write(const std::string& path, const std::string& text) {
  write_texts(path, {&text, 1}, {});
}

void Hdf5Writer::write(const std::string& path, const std::vector<std::string>& texts) {
  write_texts(path, texts, {static_cast<std::int64_t>(texts.size())});
}

void Hdf5Writer::write_scalar(const std::string& path, double value) {
  const auto lock = hdf5_lock();
  write_dataset(path, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value, {});
}

void Hdf5Writer::write_scalar(const std::string& path, std::int64_t value) {
  const auto lock = hdf5_lock();
  write_dataset(path, H5T_STD_I64LE, H5T_NATIVE_INT64, &value, {});
}

void Hdf5Writer::write_scalar(const std::string& path, std::uint64_t value) {
  const auto lock = hdf5_lock();
  write_dataset(path, H5T_STD_U64LE, H5T_NATIVE_UINT64, &value, {});
}

}  // namespace lockstep
