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
    : Hdf5Writer("HDF5 image in memory"),
      user_block_bytes_(user_block_bytes),
      image_(std::make_unique<std::vector<std::byte>>(std::move(spare))) {
  const auto lock = hdf5_lock();
  image_->clear();
  reserve(*image_, expected_bytes);
  file_ = create_in_memory(user_block_bytes, *image_, place_);
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
