// Chunks of HDF5: three bytes that say how a file is made (filters, type, shape), a mask of filters left out, then the
// bytes of its one chunk. What is read is what the library reads.
#include "io/hdf5_input.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "fuzz_input.h"

using namespace lockstep;

namespace {

constexpr std::size_t kIncrement = std::size_t{1} << 16;

/// A file in memory whose chunk holds what the fuzzer says.
class ChunkFile {
 public:
  explicit ChunkFile(fuzz::FuzzInput& input) {
    const auto lock = hdf5_lock();
    const Hdf5Place place{"fuzz", "/X", ExitCode::internal};
    const auto access = owned<Hdf5Properties>(H5Pcreate(H5P_FILE_ACCESS), "H5Pcreate", place);
    checked(H5Pset_fapl_core(access.id(), kIncrement, false), "H5Pset_fapl_core", place);
    const auto creation = owned<Hdf5Properties>(H5Pcreate(H5P_DATASET_CREATE), "H5Pcreate", place);
    const std::array<hsize_t, 2> chunk = {1 + input.choose(5), 1 + input.choose(2)};
    H5Pset_chunk(creation.id(), 2, chunk.data());
    choose_filters(input.choose(16), creation.id());
    const auto type = type_of(input.choose(4));
    const hid_t created = H5Fcreate(unique_image_name().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.id());
    const auto file = owned<Hdf5File>(created, "H5Fcreate", place);
    const std::array<hsize_t, 2> shape = {chunk[0], 2};
    const auto space = owned<Hdf5Space>(H5Screate_simple(2, shape.data(), nullptr), "H5Screate_simple", place);
    const auto dataset =
        owned<Hdf5Dataset>(H5Dcreate2(file.id(), "X", type.id(), space.id(), H5P_DEFAULT, creation.id(), H5P_DEFAULT),
                           "H5Dcreate2", place);
    const auto mask = static_cast<std::uint32_t>(input.choose(8));
    const std::array<hsize_t, 2> offset = {0, 0};
    const std::span<const std::byte> bytes = input.bytes();
    values_ = shape[0] * shape[1];
    if (!bytes.empty() &&
        H5Dwrite_chunk(dataset.id(), H5P_DEFAULT, mask, offset.data(), bytes.size(), bytes.data()) >= 0) {
      checked(H5Fflush(file.id(), H5F_SCOPE_GLOBAL), "H5Fflush", place);
      image_.resize(
          static_cast<std::size_t>(checked(H5Fget_file_image(file.id(), nullptr, 0), "H5Fget_file_image", place)));
      checked(H5Fget_file_image(file.id(), image_.data(), image_.size()), "H5Fget_file_image", place);
    }
  }

  /// Its bytes; empty where the library does not take the chunk.
  std::span<const std::byte> image() const { return image_; }
  std::size_t values() const { return values_; }

 private:
  static void choose_filters(std::size_t filters, hid_t creation) {
    if ((filters & 8) != 0) {
      H5Pset_fletcher32(creation);
    }
    if ((filters & 1) != 0) {
      H5Pset_shuffle(creation);
    }
    if ((filters & 2) != 0) {
      H5Pset_deflate(creation, 1);
    }
    if ((filters & 4) != 0) {
      H5Pset_fletcher32(creation);
    }
  }

  static Hdf5Type type_of(std::size_t which) {
    const std::array<hid_t, 4> types = {H5T_IEEE_F64LE, H5T_IEEE_F32BE, H5T_STD_I16LE, H5T_STD_U64BE};
    return Hdf5Type(H5Tcopy(types[which]));
  }

  std::vector<std::byte> image_;
  std::size_t values_ = 0;
};

/// The library's reading; empty where it refuses.
std::vector<double> values_by_library(const std::string& path, std::size_t count) {
  const auto lock = hdf5_lock();
  std::vector<double> values(count);
  const auto file = Hdf5File(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  const auto dataset = Hdf5Dataset(H5Dopen2(file.id(), "X", H5P_DEFAULT));
  const bool is_read = H5Dread(dataset.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0;
  return is_read ? values : std::vector<double>();
}

bool are_same_bits(std::span<const double> a, std::span<const double> b) {
  return std::ranges::equal(std::as_bytes(a), std::as_bytes(b));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Hdf5Use use;
  static fuzz::MemoryFile file;
  fuzz::FuzzInput input(data, size);
  const ChunkFile made(input);
  if (made.image().empty()) {
    return 0;
  }
  file.hold(made.image());
  std::vector<double> values;
  if (fuzz::is_read([&] { values = Hdf5Input::open(file.path()).read_doubles("X"); })) {
    const std::vector<double> expected = values_by_library(file.path(), made.values());
    fuzz::require(expected.empty() || are_same_bits(values, expected), "chunks are read as the library reads them");
  }
  return 0;
}
