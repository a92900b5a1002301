/// Data files on which the HDF5 library crashes: bad data like others, and the end of all ranks.
#include "cli/trainer.h"

#include <string>
#include <vector>

#include "unit/io/hdf5_samples.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

/// The type of the labels, an enumeration: version and class, its members, its bytes; then its base type. HDF5 1.10.8
/// copies those bytes of each member, a quarter of a gigabyte here, as it opens the dataset.
TEST(CrashingHdf5, Is65NamingTheFileOnAnyRanks) {
  const Scratch scratch;
  const std::string path = scratch.path("booleans.h5");
  {
    Hdf5Sample sample(path);
    const std::vector<double> values = {1, 2, 3, 4};
    sample.write("X", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {4, 1}, values.data());
    sample.write_booleans("y", {true, false, true, false});
  }
  std::string bytes = content_of(path);
  const std::size_t type = bytes.find(std::string("\x18\2\0\0\1\0\0\0\x10\x08\0\0\1\0\0\0", 16));
  ASSERT_NE(type, std::string::npos);
  const Arguments arguments = {"train", "--data", path, "--l2", "1", "--run", scratch.path("run")};
  launch_well(0, 1, arguments);
  bytes[type + 4] = '\2';  // which the library would write over one of ours, were it asked for a member's value
  scratch.write("booleans.h5", bytes);
  EXPECT_THAT(launch(0, 1, arguments).text(), ::testing::HasSubstr("/y: type enumeration is not supported"));
  bytes[type + 7] = '\x0f';
  scratch.write("booleans.h5", bytes);
  for (const int ranks : {0, 1, 3}) {
    const ProcessResult result = launch(ranks, 1, arguments);
    EXPECT_EQ(result.exit_code, 65) << result.text();
    EXPECT_THAT(error_lines(result),
                ::testing::ElementsAre("trainer: error: " + path + ": damaged: the HDF5 library crashed reading it"));
  }
}

}  // namespace
}  // namespace lockstep::testing
