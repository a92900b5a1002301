#include "io/hdf5_input.h"

#include <cerrno>
#include <filesystem>
#include <functional>

#include "hdf5_samples.h"
#include "temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace lockstep {
namespace {

using ::testing::HasSubstr;
using testing::Hdf5Sample;

/// A file with an external link to `canary.h5`. Made before main: once hdf5_lock has hardened the library,
/// external links cannot even be created in this process.
class ExternalLinkSample {
 public:
  ExternalLinkSample() {
    const std::string path = folder_ / "sample.h5";
    const Hdf5File file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    H5Lcreate_external("canary.h5", "/X", file.id(), "X", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("canary.h5", "/", file.id(), "group", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/group/X", file.id(), "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Fflush(file.id(), H5F_SCOPE_GLOBAL);
  }
  std::string path() const { return folder_ / "sample.h5"; }

 private:
  testing::TemporaryFolder folder_;
};

/// Watches that a file is not opened.
class Watch {
 public:
  explicit Watch(const std::string& path) : descriptor_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    if (::inotify_add_watch(descriptor_, path.c_str(), IN_OPEN) < 0) {
      throw std::runtime_error("no inotify");
    }
  }
  ~Watch() { ::close(descriptor_); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  bool opened() {
    alignas(inotify_event) std::array<char, 4096> events{};
    return ::read(descriptor_, events.data(), events.size()) > 0;
  }

 private:
  int descriptor_;
};

/// Message with which reading dataset `name` of the file is refused.
std::string refusal(const std::string& path, const std::string& name = "X") {
  try {
    Hdf5Input input = Hdf5Input::open(path);
    if (input.is_text(name)) {
      input.read_text(name);
    } else {
      input.read_doubles(name);
    }
  } catch (const DataError& error) {
    return error.what();
  }
  return "not refused";
}

class HostileHdf5 : public ::testing::Test {
 protected:
  static std::string write_canary(const std::string& path) {
    Hdf5Sample canary(path);
    const std::vector<double> secret(100, 42.0);
    canary.write("X", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {100}, secret.data());
    return path;
  }

  /// Refusal of a file whose dataset X, never written, has this type and shape.
  std::string refusal_of(
      hid_t type, const std::vector<hsize_t>& shape,
      const std::function<void(Hdf5Sample&)>& prepare = [](Hdf5Sample&) {}) {
    {
      Hdf5Sample sample(path_);
      prepare(sample);
      sample.write("X", type, type, shape, nullptr);
    }
    return refusal(path_);
  }

  testing::TemporaryFolder folder_;
  std::string path_ = folder_ / "sample.h5";
};

const ExternalLinkSample& external_links() {
  static const ExternalLinkSample sample;
  return sample;
}
const bool made_before_main = (external_links(), true);

TEST_F(HostileHdf5, ExternalLinksAreRefusedAndTheirFileNotOpened) {
  ASSERT_TRUE(made_before_main);
  std::filesystem::copy_file(external_links().path(), path_);
  Watch watch(write_canary(folder_ / "canary.h5"));
  watch.opened();
  EXPECT_THAT(refusal(path_, "X"), HasSubstr("/X is a link out of the file"));
  EXPECT_THAT(refusal(path_, "group/X"), HasSubstr("/group is a link out of the file"));
  EXPECT_THAT(refusal(path_, "soft"), HasSubstr("/group is a link out of the file"));
  EXPECT_FALSE(watch.opened());
  EXPECT_TRUE(Hdf5Input::open(path_).has("X")) << "a refused dataset must not pass for a missing one";
  // The library itself, too, follows no external link any more.
  const Hdf5File file(H5Fopen(path_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  EXPECT_LT(H5Dopen2(file.id(), "X", H5P_DEFAULT), 0);
  EXPECT_FALSE(watch.opened());
}

TEST_F(HostileHdf5, ExternalStorageIsRefusedAndItsFileNotOpened) {
  const std::string canary = folder_ / "secret";
  testing::write_text(canary, std::string(800, 's'));
  Watch watch(canary);
  const std::string message = refusal_of(
      H5T_IEEE_F64LE, {100}, [&](Hdf5Sample& sample) { H5Pset_external(sample.creation(), canary.c_str(), 0, 800); });
  EXPECT_THAT(message, HasSubstr("/X: values stored outside the file"));
  EXPECT_FALSE(watch.opened());
}

TEST_F(HostileHdf5, VirtualDatasetsAreRefusedAndTheirSourcesNotOpened) {
  const std::string canary = write_canary(folder_ / "canary.h5");
  Watch watch(canary);
  const std::string message = refusal_of(H5T_IEEE_F64LE, {100}, [&](Hdf5Sample& sample) {
    const hsize_t length = 100;
    const Hdf5Space space(H5Screate_simple(1, &length, nullptr));
    H5Pset_virtual(sample.creation(), space.id(), canary.c_str(), "X", space.id());
  });
  EXPECT_THAT(message, HasSubstr("/X: virtual dataset"));
  EXPECT_FALSE(watch.opened());
}

TEST_F(HostileHdf5, FiltersOtherThanTheBuiltInAreRefused) {
  const std::string message = refusal_of(H5T_STD_I32LE, {100}, [](Hdf5Sample& sample) {
    sample.set_chunk({10});
    H5Pset_scaleoffset(sample.creation(), H5Z_SO_INT, H5Z_SO_INT_MINBITS_DEFAULT);
  });
  EXPECT_THAT(message, HasSubstr("/X: filter 6 (scaleoffset) is not supported"));
}

TEST_F(HostileHdf5, PluginsAreNotLoaded) {
  const auto lock = hdf5_lock();
  unsigned state = ~0U;
  ASSERT_GE(H5PLget_loading_state(&state), 0);
  EXPECT_EQ(state, 0U);
}

TEST_F(HostileHdf5, DimensionsTheFileCannotHoldAreRefused) {
  EXPECT_THAT(refusal_of(H5T_IEEE_F64LE, {hsize_t{1} << 40}), HasSubstr("need more bytes than the file"));
  const auto chunked = [](Hdf5Sample& sample) { sample.set_chunk({1, 16}); };
  EXPECT_THAT(refusal_of(H5T_IEEE_F64LE, {hsize_t{1} << 40, 16}, chunked),
              HasSubstr("/X: dimensions 1099511627776 x 16 need more bytes than the file"));
  EXPECT_THAT(refusal_of(H5T_IEEE_F64LE, {hsize_t{1} << 62, 16}, chunked), HasSubstr("need more bytes"));
  EXPECT_THAT(refusal_of(H5T_IEEE_F64LE, {0, hsize_t{1} << 40}, chunked), HasSubstr("need more bytes"));
}

TEST_F(HostileHdf5, HugeChunksAreRefused) {
  const std::string message =
      refusal_of(H5T_IEEE_F64LE, {hsize_t{1} << 28}, [](Hdf5Sample& sample) { sample.set_chunk({hsize_t{1} << 28}); });
  EXPECT_THAT(message, HasSubstr("a chunk of 2147483648 bytes cannot be in a file of"));
}

TEST_F(HostileHdf5, TypesThatAreNeitherNumbersNorStringsAreRefused) {
  const Hdf5Type compound(H5Tcreate(H5T_COMPOUND, 16));
  H5Tinsert(compound.id(), "a", 0, H5T_NATIVE_DOUBLE);
  H5Tinsert(compound.id(), "b", 8, H5T_NATIVE_DOUBLE);
  EXPECT_THAT(refusal_of(compound.id(), {10}), HasSubstr("/X: type compound is not supported"));
  const Hdf5Type opaque(H5Tcreate(H5T_OPAQUE, 8));
  EXPECT_THAT(refusal_of(opaque.id(), {10}), HasSubstr("type opaque"));
  const hsize_t length = 3;
  const Hdf5Type array(H5Tarray_create2(H5T_NATIVE_DOUBLE, 1, &length));
  EXPECT_THAT(refusal_of(array.id(), {10}), HasSubstr("type array"));
  const Hdf5Type sequence(H5Tvlen_create(H5T_NATIVE_DOUBLE));
  EXPECT_THAT(refusal_of(sequence.id(), {10}), HasSubstr("type variable-length sequence"));
  EXPECT_THAT(refusal_of(H5T_STD_REF_OBJ, {10}), HasSubstr("type reference"));
  EXPECT_THAT(refusal_of(H5T_NATIVE_LDOUBLE, {10}), HasSubstr("numbers of 16 bytes"));
  const Hdf5Type color(H5Tenum_create(H5T_NATIVE_INT8));
  const std::int8_t red = 0;
  H5Tenum_insert(color.id(), "RED", &red);
  EXPECT_THAT(refusal_of(color.id(), {10}), HasSubstr("type enumeration"));
}

TEST_F(HostileHdf5, ThreeDimensionsAndEmptyDataspacesAreRefused) {
  EXPECT_THAT(refusal_of(H5T_IEEE_F64LE, {2, 2, 2}), HasSubstr("at most 2 dimensions are supported (3 found)"));
  {
    Hdf5Sample sample(path_);
    const Hdf5Space space(H5Screate(H5S_NULL));
    const Hdf5Dataset dataset(
        H5Dcreate2(sample.file(), "X", H5T_IEEE_F64LE, space.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  }
  EXPECT_THAT(refusal(path_), HasSubstr("empty dataspace"));
}

TEST_F(HostileHdf5, SoftLinksInACircleAreRefused) {
  {
    Hdf5Sample sample(path_);
    sample.soft_link("X", "Y");
    sample.soft_link("Y", "X/X/X/X");
  }
  EXPECT_THAT(refusal(path_), HasSubstr("soft links"));
}

TEST_F(HostileHdf5, ManyReferencesToOneLongStringDoNotMultiplyItsMemory) {
  constexpr std::size_t count = 20'000;
  std::vector<std::string> texts(count, "x");
  texts[0] = std::string(60'000, 'y');
  haddr_t offset = 0;
  {
    Hdf5Sample sample(path_);
    offset = sample.write_strings("X", texts);
  }
  std::string bytes = testing::text_of(path_);
  constexpr std::size_t reference_bytes = 16;
  for (std::size_t i = 1; i < count; ++i) {
    bytes.replace(offset + i * reference_bytes, reference_bytes, bytes, offset, reference_bytes);
  }
  testing::write_text(path_, bytes);
  EXPECT_THAT(refusal(path_), HasSubstr("/X: damaged strings: they are longer than the file"));
}

TEST_F(HostileHdf5, TruncatedFilesAreRefused) {
  write_canary(path_);
  const std::string whole = testing::text_of(path_);
  for (std::size_t length = 0; length < whole.size(); length += 61) {
    testing::write_text(path_, whole.substr(0, length));
    EXPECT_NE(refusal(path_), "not refused") << length;
  }
}

}  // namespace
}  // namespace lockstep
