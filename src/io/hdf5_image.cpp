#include "io/hdf5_image.h"

#include "io/printable.h"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <utility>

#include <fmt/format.h>
#include <sys/mman.h>

namespace lockstep {

namespace {

std::vector<hsize_t> as_dimensions(const std::vector<std::int64_t>& shape) {
  return {shape.begin(), shape.end()};
}

Hdf5Properties without_times(hid_t property_class, const Hdf5Place& place) {
  auto creation = owned<Hdf5Properties>(H5Pcreate(property_class), "H5Pcreate", place);
  checked(H5Pset_obj_track_times(creation.id(), false), "H5Pset_obj_track_times", place);
  return creation;
}

/// Room for so much, in large pages where the system has them: a file of gigabytes is soon made, its small pages are
/// not.
void reserve(std::vector<std::byte>& image, std::size_t bytes) {
  constexpr std::uintptr_t kLargePage = std::uintptr_t{1} << 21;
  if (image.capacity() >= bytes) {
    return;
  }
  image.reserve(bytes);
  const auto begin = reinterpret_cast<std::uintptr_t>(image.data());
  const std::uintptr_t first = (begin + kLargePage - 1) / kLargePage * kLargePage;
  const std::uintptr_t last = (begin + image.capacity()) / kLargePage * kLargePage;
  if (first < last) {
    ::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
  }
}

/// Memory of the vector `held`; null where there is none: HDF5 is C.
void* resized(void* held, std::size_t size) noexcept {
  try {
    auto& bytes = *static_cast<std::vector<std::byte>*>(held);
    bytes.resize(size);
    return bytes.data();
  } catch (const std::exception&) {
    return nullptr;
  }
}

/// HDF5's memory of a file is the vector `image`, so that nothing is copied at the end.
H5FD_file_image_callbacks_t held_in(std::vector<std::byte>& image) {
  H5FD_file_image_callbacks_t callbacks{};
  callbacks.image_malloc = [](std::size_t size, H5FD_file_image_op_t, void* held) { return resized(held, size); };
  callbacks.image_realloc = [](void*, std::size_t size, H5FD_file_image_op_t, void* held) {
    return resized(held, size);
  };
  callbacks.image_free = [](void*, H5FD_file_image_op_t, void*) -> herr_t { return 0; };
  callbacks.udata_copy = [](void* held) { return held; };
  callbacks.udata_free = [](void*) -> herr_t { return 0; };
  callbacks.udata = &image;
  return callbacks;
}

Hdf5File create_in_memory(std::size_t user_block_bytes, std::vector<std::byte>& image, const Hdf5Place& place) {
  const auto creation = without_times(H5P_FILE_CREATE, place);
  checked(H5Pset_userblock(creation.id(), user_block_bytes), "H5Pset_userblock", place);
  const auto access = owned<Hdf5Properties>(H5Pcreate(H5P_FILE_ACCESS), "H5Pcreate", place);
  constexpr std::size_t increment = std::size_t{1} << 20;
  checked(H5Pset_fapl_core(access.id(), increment, false), "H5Pset_fapl_core", place);
  H5FD_file_image_callbacks_t callbacks = held_in(image);
  checked(H5Pset_file_image_callbacks(access.id(), &callbacks), "H5Pset_file_image_callbacks", place);
  return owned<Hdf5File>(H5Fcreate(unique_image_name().c_str(), H5F_ACC_TRUNC, creation.id(), access.id()), "H5Fcreate",
                         place);
}

template <typename Value>
Value only(const std::vector<Value>& values, const std::string& file, const std::string& path) {
  if (values.size() != 1) {
    throw DataError(fmt::format("{}: {}: one value expected ({} found)", file, printable(path), values.size()));
  }
  return values.front();
}

}  // namespace

Hdf5ImageWriter::Hdf5ImageWriter(std::size_t user_block_bytes, std::size_t expected_bytes, std::vector<std::byte> spare)
    : user_block_bytes_(user_block_bytes),
      place_{"HDF5 image in memory", "", ExitCode::internal},
      image_(std::make_unique<std::vector<std::byte>>(std::move(spare))) {
  const auto lock = hdf5_lock();
  image_->clear();
  reserve(*image_, expected_bytes);
  file_ = create_in_memory(user_block_bytes, *image_, place_);
  dataset_creation_ = without_times(H5P_DATASET_CREATE, place_);
}

/// Groups on the way are made here: those HDF5 makes by itself keep times.
void Hdf5ImageWriter::create_groups(const std::string& path) {
  for (std::size_t end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1)) {
    const std::string group = path.substr(0, end);
    const Hdf5Place place{place_.file, group, place_.code};
    if (checked(H5Lexists(file_.id(), group.c_str(), H5P_DEFAULT), "H5Lexists", place) == 0) {
      const auto creation = without_times(H5P_GROUP_CREATE, place);
      const Hdf5Group created(
          checked(H5Gcreate2(file_.id(), group.c_str(), H5P_DEFAULT, creation.id(), H5P_DEFAULT), "H5Gcreate2", place));
    }
  }
}

void Hdf5ImageWriter::write_dataset(const std::string& path, hid_t file_type, hid_t memory_type, const void* values,
                                    const std::vector<std::int64_t>& shape) {
  const Hdf5Place place{place_.file, path, place_.code};
  create_groups(path);
  const std::vector<hsize_t> dimensions = as_dimensions(shape);
  const auto rank = static_cast<int>(dimensions.size());
  const auto space = owned<Hdf5Space>(H5Screate_simple(rank, dimensions.data(), nullptr), "H5Screate_simple", place);
  const auto dataset = owned<Hdf5Dataset>(
      H5Dcreate2(file_.id(), path.c_str(), file_type, space.id(), H5P_DEFAULT, dataset_creation_.id(), H5P_DEFAULT),
      "H5Dcreate2", place);
  if (std::find(shape.begin(), shape.end(), 0) == shape.end()) {
    checked(H5Dwrite(dataset.id(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "H5Dwrite", place);
  }
}

void Hdf5ImageWriter::write(const std::string& path, std::span<const double> values,
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

void Hdf5ImageWriter::write(const std::string& path, std::span<const double> values) {
  write(path, values, {static_cast<std::int64_t>(values.size())});
}

void Hdf5ImageWriter::write(const std::string& path, std::span<const std::int64_t> values) {
  const auto lock = hdf5_lock();
  write_dataset(path, H5T_STD_I64LE, H5T_NATIVE_INT64, values.data(), {static_cast<std::int64_t>(values.size())});
}

void Hdf5ImageWriter::write(const std::string& path, std::span<const std::uint64_t> values) {
  const auto lock = hdf5_lock();
  write_dataset(path, H5T_STD_U64LE, H5T_NATIVE_UINT64, values.data(), {static_cast<std::int64_t>(values.size())});
}

void Hdf5ImageWriter::write_texts(const std::string& path, std::span<const std::string> texts,
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
  const Hdf5Place place{place_.file, path, place_.code};
  const auto type = owned<Hdf5Type>(H5Tcopy(H5T_C_S1), "H5Tcopy", place);
  checked(H5Tset_size(type.id(), width), "H5Tset_size", place);
  checked(H5Tset_strpad(type.id(), H5T_STR_NULLPAD), "H5Tset_strpad", place);
  checked(H5Tset_cset(type.id(), H5T_CSET_UTF8), "H5Tset_cset", place);
  write_dataset(path, type.id(), type.id(), fields.data(), shape);
}

void Hdf5ImageWriter::write(const std::string& path, const std::string& text) {
  write_texts(path, {&text, 1}, {});
}

void Hdf5ImageWriter::write(const std::string& path, const std::vector<std::string>& texts) {
  write_texts(path, texts, {static_cast<std::int64_t>(texts.size())});
}

void Hdf5ImageWriter::write_scalar(const std::string& path, double value) {
  const auto lock = hdf5_lock();
  write_dataset(path, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value, {});
}

void Hdf5ImageWriter::write_scalar(const std::string& path, std::int64_t value) {
  const auto lock = hdf5_lock();
  write_dataset(path, H5T_STD_I64LE, H5T_NATIVE_INT64, &value, {});
}

void Hdf5ImageWriter::write_scalar(const std::string& path, std::uint64_t value) {
  const auto lock = hdf5_lock();
  write_dataset(path, H5T_STD_U64LE, H5T_NATIVE_UINT64, &value, {});
}

std::vector<std::byte> Hdf5ImageWriter::finish() {
  const auto lock = hdf5_lock();
  checked(H5Fflush(file_.id(), H5F_SCOPE_GLOBAL), "H5Fflush", place_);
  const ssize_t size = checked(H5Fget_file_image(file_.id(), nullptr, 0), "H5Fget_file_image", place_);
  file_ = Hdf5File();
  image_->resize(user_block_bytes_ + static_cast<std::size_t>(size));  // HDF5 leaves the user block out
  return std::move(*image_);
}

Hdf5ImageReader::Hdf5ImageReader(std::span<const std::byte> image, const std::string& file_name)
    : input_(Hdf5Input::open_image(image, file_name)) {}

bool Hdf5ImageReader::has(const std::string& path) const {
  return input_.has(path);
}

std::vector<std::string> Hdf5ImageReader::names(const std::string& group) const {
  return input_.names(group);
}

std::vector<std::int64_t> Hdf5ImageReader::shape(const std::string& path) {
  return input_.shape(path);
}

std::vector<double> Hdf5ImageReader::read_doubles(const std::string& path) {
  return input_.read_doubles(path);
}

std::vector<std::int64_t> Hdf5ImageReader::read_integers(const std::string& path) {
  return input_.read_integers(path);
}

std::vector<std::uint64_t> Hdf5ImageReader::read_words(const std::string& path) {
  return input_.read_words(path);
}

std::vector<std::string> Hdf5ImageReader::read_texts(const std::string& path) {
  return input_.read_text(path);
}

double Hdf5ImageReader::read_double(const std::string& path) {
  return only(read_doubles(path), input_.name(), path);
}

std::int64_t Hdf5ImageReader::read_integer(const std::string& path) {
  return only(read_integers(path), input_.name(), path);
}

std::uint64_t Hdf5ImageReader::read_word(const std::string& path) {
  return only(read_words(path), input_.name(), path);
}

std::string Hdf5ImageReader::read_text(const std::string& path) {
  return only(read_texts(path), input_.name(), path);
}

}  // namespace lockstep
