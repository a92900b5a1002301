#include "io/hdf5_driver.h"

#include "io/hdf5_writer.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace lockstep {

namespace {

constexpr haddr_t kMostBytes = (haddr_t{1} << 62) - 1;

/// What HDF5 holds of an open file: its own part, which it fills in, and ours.
struct DriverFile {
  H5FD_t of_library{};
  Hdf5Target* target = nullptr;
  haddr_t allocated = 0;  // end of what HDF5 has given out
};

DriverFile& own(H5FD_t* file) {
  return *reinterpret_cast<DriverFile*>(file);
}
const DriverFile& own(const H5FD_t* file) {
  return *reinterpret_cast<const DriverFile*>(file);
}

/// Keeps the first error.
template <typename Work>
void attempt(Hdf5Target& target, Work work) noexcept {
  try {
    if (target.error == nullptr) {
      work(target.file);
    }
  } catch (...) {
    target.error = std::current_exception();
  }
}

H5FD_t* open_file(const char*, unsigned, hid_t access, haddr_t) noexcept {
  const auto* target = static_cast<Hdf5Target* const*>(H5Pget_driver_info(access));
  auto* file = target == nullptr ? nullptr : new (std::nothrow) DriverFile;
  if (file == nullptr) {
    return nullptr;
  }
  file->target = *target;
  return &file->of_library;
}

herr_t close_file(H5FD_t* file) noexcept {
  delete &own(file);
  return 0;
}

herr_t read_bytes(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, std::size_t size, void* buffer) noexcept {
  const std::span bytes(static_cast<std::byte*>(buffer), size);
  Hdf5Target& target = *own(file).target;
  attempt(target, [&](TemporaryFile& to) { to.read_at(static_cast<std::int64_t>(address), bytes); });
  if (target.error != nullptr) {
    std::ranges::fill(bytes, std::byte{0});
  }
  return 0;
}

herr_t write_bytes(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, std::size_t size, const void* buffer) noexcept {
  const std::span bytes(static_cast<const std::byte*>(buffer), size);
  attempt(*own(file).target, [&](TemporaryFile& to) { to.write_at(static_cast<std::int64_t>(address), bytes); });
  return 0;
}

/// The file ends where what was given out does.
herr_t truncate_file(H5FD_t* file, hid_t, hbool_t) noexcept {
  const auto bytes = static_cast<std::int64_t>(own(file).allocated);
  attempt(*own(file).target, [&](TemporaryFile& to) {
    if (to.bytes() != bytes) {
      to.truncate(bytes);
    }
  });
  return 0;
}

hid_t register_driver(const Hdf5Place& place) {
  H5FD_class_t driver{};
#ifdef H5FD_CLASS_VERSION
  driver.version = H5FD_CLASS_VERSION;
  driver.value = H5_VFD_RESERVED + 1;
#endif
  driver.name = "temporary file";
  driver.maxaddr = kMostBytes;
  driver.fc_degree = H5F_CLOSE_WEAK;
  driver.fapl_size = sizeof(Hdf5Target*);
  driver.open = open_file;
  driver.close = close_file;
  driver.query = [](const H5FD_t*, unsigned long* features) -> herr_t {
    *features = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_AGGREGATE_SMALLDATA;
    return 0;
  };
  driver.get_eoa = [](const H5FD_t* file, H5FD_mem_t) { return own(file).allocated; };
  driver.set_eoa = [](H5FD_t* file, H5FD_mem_t, haddr_t end) -> herr_t {
    own(file).allocated = end;
    return 0;
  };
  driver.get_eof = [](const H5FD_t* file, H5FD_mem_t) { return static_cast<haddr_t>(own(file).target->file.bytes()); };
  driver.read = read_bytes;
  driver.write = write_bytes;
  driver.truncate = truncate_file;
  constexpr std::array<H5FD_mem_t, H5FD_MEM_NTYPES> kFreeLists = H5FD_FLMAP_DICHOTOMY;
  std::ranges::copy(kFreeLists, driver.fl_map);
  return checked(H5FDregister(&driver), "H5FDregister", place);
}

}  // namespace

Hdf5File create_hdf5_in(Hdf5Target& target, const Hdf5Place& place) {
  static const hid_t driver = register_driver(place);
  const auto creation = without_times(H5P_FILE_CREATE, place);
  const auto access = owned<Hdf5Properties>(H5Pcreate(H5P_FILE_ACCESS), "H5Pcreate", place);
  Hdf5Target* const info = &target;
  checked(H5Pset_driver(access.id(), driver, &info), "H5Pset_driver", place);
  return owned<Hdf5File>(H5Fcreate(unique_image_name().c_str(), H5F_ACC_TRUNC, creation.id(), access.id()), "H5Fcreate",
                         place);
}

}  // namespace lockstep
