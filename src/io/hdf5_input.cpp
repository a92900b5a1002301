#include "io/hdf5_input.h"

#include "io/hdf5_check.h"
#include "io/hdf5_chunks.h"
#include "io/hdf5_heap.h"
#include "io/printable.h"

#include <new>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lockstep {

namespace {

/// Bytes of decompressed chunks HDF5 keeps for a dataset, and slots of its hash table (a prime): reading row
/// blocks that do not fall on chunk borders then inflates a chunk once.
constexpr std::size_t kChunkCacheBytes = std::size_t{64} << 20;
constexpr std::size_t kChunkCacheSlots = 12421;

Hdf5Properties file_access(const Hdf5Place& place) {
  auto access = owned<Hdf5Properties>(H5Pcreate(H5P_FILE_ACCESS), "H5Pcreate", place);
  checked(H5Pset_cache(access.id(), 0, kChunkCacheSlots, kChunkCacheBytes, 0.75), "H5Pset_cache", place);
  // Input is only read, and some network file systems refuse locks.
  checked(H5Pset_file_locking(access.id(), false, true), "H5Pset_file_locking", place);
  return access;
}

/// Size in bytes of a file that can be read. Opened without blocking: a FIFO would wait for its writer.
std::int64_t size_of_regular_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  struct stat status {};
  const bool known = file >= 0 && ::fstat(file, &status) == 0;
  const int error = errno;
  if (file >= 0) {
    ::close(file);
  }
  if (known && S_ISDIR(status.st_mode)) {
    throw SystemError(SystemError::Purpose::read_input, path, "open", EISDIR);
  }
  if (!known) {
    throw SystemError(SystemError::Purpose::read_input, path, "open", error);
  }
  if (!S_ISREG(status.st_mode)) {
    throw DataError(path + ": not a regular file");
  }
  return status.st_size;
}

herr_t collect_name(hid_t, const char* name, const H5L_info_t*, void* names) noexcept {
  try {
    static_cast<std::vector<std::string>*>(names)->emplace_back(name);
    return 0;
  } catch (const std::bad_alloc&) {
    return -1;
  }
}

}  // namespace

Hdf5Input Hdf5Input::open(const std::string& path) {
  const std::int64_t bytes = size_of_regular_file(path);
  const auto lock = hdf5_lock();
  const Hdf5Place place{path, "", ExitCode::bad_data};
  const auto access = file_access(place);
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.id());
  return Hdf5Input(place, owned<Hdf5File>(file, "H5Fopen", place), bytes, true);
}

Hdf5Input Hdf5Input::open_image(std::span<const std::byte> image, const std::string& name) {
  const auto lock = hdf5_lock();
  const Hdf5Place place{name, "", ExitCode::bad_data};
  if (image.empty()) {
    throw DataError(name + ": empty file");
  }
  const auto access = file_access(place);
  constexpr std::size_t increment = std::size_t{1} << 16;
  checked(H5Pset_fapl_core(access.id(), increment, false), "H5Pset_fapl_core", place);
  // The parameter is not const, but HDF5 copies the buffer.
  void* bytes = const_cast<std::byte*>(image.data());
  checked(H5Pset_file_image(access.id(), bytes, image.size()), "H5Pset_file_image", place);
  const hid_t file = H5Fopen(unique_image_name().c_str(), H5F_ACC_RDONLY, access.id());
  return Hdf5Input(place, owned<Hdf5File>(file, "H5Fopen", place), static_cast<std::int64_t>(image.size()), false);
}

Hdf5Place Hdf5Input::at(const std::string& object) const {
  return {place_.file, object.starts_with('/') ? object : '/' + object, place_.code};
}

bool Hdf5Input::has(const std::string& name) const {
  const auto lock = hdf5_lock();
  // HDF5 would cut a name at its NUL.
  if (name.empty() || name.find('\0') != std::string::npos) {
    return false;
  }
  try {
    return hdf5_check::resolve(file_.id(), name, at(name));
  } catch (const DataError&) {
    return true;
  }
}

Hdf5Object Hdf5Input::open_object(const std::string& name) const {
  const Hdf5Place place = at(name);
  const bool nameable = !name.empty() && name.find('\0') == std::string::npos;
  if (!nameable || !hdf5_check::resolve(file_.id(), name, place)) {
    throw DataError(place.file + ": " + printable(place.object) + ": there is no such group or dataset");
  }
  return owned<Hdf5Object>(H5Oopen(file_.id(), name.c_str(), H5P_DEFAULT), "H5Oopen", place);
}

bool Hdf5Input::is_group(const std::string& name) const {
  const auto lock = hdf5_lock();
  return H5Iget_type(open_object(name).id()) == H5I_GROUP;
}

std::vector<std::string> Hdf5Input::names(const std::string& group) const {
  const auto lock = hdf5_lock();
  const auto object = open_object(group);
  std::vector<std::string> result;
  checked(H5Literate(object.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, collect_name, &result), "H5Literate", at(group));
  return result;
}

Hdf5Input::Dataset& Hdf5Input::dataset(const std::string& name) {
  if (const auto found = datasets_.find(name); found != datasets_.end()) {
    return found->second;
  }
  return datasets_.emplace(name, open_dataset(name)).first->second;
}

Hdf5Input::Dataset Hdf5Input::open_dataset(const std::string& name) const {
  const Hdf5Place place = at(name);
  if (H5Iget_type(open_object(name).id()) != H5I_DATASET) {
    throw DataError(place.file + ": " + printable(place.object) + ": not a dataset");
  }
  Dataset opened;
  opened.handle = owned<Hdf5Dataset>(H5Dopen2(file_.id(), name.c_str(), H5P_DEFAULT), "H5Dopen2", place);
  const hid_t id = opened.handle.id();
  hdf5_check::check_storage(id, file_bytes_, place);
  opened.type = owned<Hdf5Type>(H5Dget_type(id), "H5Dget_type", place);
  hdf5_check::check_type(opened.type.id(), place);
  opened.shape = hdf5_check::checked_shape(id, opened.type.id(), file_bytes_, place);
  const auto creation = owned<Hdf5Properties>(H5Dget_create_plist(id), "H5Dget_create_plist", place);
  if (H5Pget_layout(creation.id()) == H5D_CHUNKED) {
    const bool is_variable = checked(H5Tis_variable_str(opened.type.id()), "H5Tis_variable_str", place) > 0;
    const std::size_t bytes = is_variable ? addressing().reference_bytes() : H5Tget_size(opened.type.id());
    const Hdf5ChunkLimits limits{file_bytes_, kChunkCacheBytes};
    opened.chunks = std::make_shared<Hdf5Chunks>(id, opened.type.id(), bytes, opened.shape, limits, place);
  }
  return opened;
}

std::vector<std::int64_t> Hdf5Input::shape(const std::string& name) {
  const auto lock = hdf5_lock();
  return dataset(name).shape;
}

Hdf5Kind Hdf5Input::kind(const std::string& name) {
  const auto lock = hdf5_lock();
  const hid_t type = dataset(name).type.id();
  switch (H5Tget_class(type)) {
    case H5T_STRING:
      return Hdf5Kind::text;
    case H5T_INTEGER:
      return H5Tget_sign(type) == H5T_SGN_NONE ? Hdf5Kind::unsigned_integer : Hdf5Kind::signed_integer;
    case H5T_ENUM:
      return Hdf5Kind::signed_integer;
    default:
      return H5Tget_size(type) <= sizeof(float) ? Hdf5Kind::float32 : Hdf5Kind::float64;
  }
}

bool Hdf5Input::is_text(const std::string& name) {
  const auto lock = hdf5_lock();
  return H5Tget_class(dataset(name).type.id()) == H5T_STRING;
}

bool Hdf5Input::is_integer(const std::string& name) {
  const auto lock = hdf5_lock();
  const H5T_class_t type_class = H5Tget_class(dataset(name).type.id());
  return type_class == H5T_INTEGER || type_class == H5T_ENUM;
}

std::int64_t Hdf5Input::cache_bytes(const std::string& name) {
  const auto lock = hdf5_lock();
  const Dataset& opened = dataset(name);
  const auto creation = owned<Hdf5Properties>(H5Dget_create_plist(opened.handle.id()), "H5Dget_create_plist", at(name));
  return H5Pget_layout(creation.id()) == H5D_CHUNKED ? static_cast<std::int64_t>(kChunkCacheBytes) : 0;
}

}  // namespace lockstep
