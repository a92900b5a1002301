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

/// A file whose chunk holds what the fuzzer says.
class ChunkFile {
 public:
  ChunkFile(fuzz::FuzzInput& input, const std::string& path) {
    const auto lock = hdf5_lock();
    const auto creation = Hdf5Properties(H5Pcreate(H5P_DATASET_CREATE));
    const std::array<hsize_t, 2> chunk = {1 + input.choose(5), 1 + input.choose(3)};
    H5Pset_chunk(creation.id(), 2, chunk.data());
    choose_filters(input.choose(16), creation.id());
    const auto type = type_of(input.choose(4));
    const auto file = Hdf5File(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    const std::array<hsize_t, 2> shape = {chunk[0], 2};
    const auto space = Hdf5Space(H5Screate_simple(2, shape.data(), nullptr));
    const auto dataset =
        Hdf5Dataset(H5Dcreate2(file.id(), "X", type.id(), space.id(), H5P_DEFAULT, creation.id(), H5P_DEFAULT));
    const auto mask = static_cast<std::uint32_t>(input.choose(8));
    const std::array<hsize_t, 2> offset = {0, 0};
    const std::span<const std::byte> bytes = input.bytes();
    is_made_ = !bytes.empty() &&
               H5Dwrite_chunk(dataset.id(), H5P_DEFAULT, mask, offset.data(), bytes.size(), bytes.data()) >= 0;
    values_ = shape[0] * shape[1];
  }

  bool is_made() const { return is_made_; }
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

  bool is_made_ = false;
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
  const ChunkFile made(input, file.path());
  if (!made.is_made()) {
    return 0;
  }
  std::vector<double> values;
  if (fuzz::is_read([&] { values = Hdf5Input::open(file.path()).read_doubles("X"); })) {
    const std::vector<double> expected = values_by_library(file.path(), made.values());
    fuzz::require(expected.empty() || are_same_bits(values, expected), "chunks are read as the library reads them");
  }
  return 0;
}
