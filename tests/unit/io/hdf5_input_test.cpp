#include "io/hdf5_input.h"

#include "hdf5_samples.h"
#include "temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace lockstep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Hdf5Sample;

template <typename Action>
ExitCode code_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return ExitCode::success;
}

TEST(Hdf5Input, MissingFilesFoldersAndForeignFilesHaveTheirCodes) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(code_of([&] { Hdf5Input::open(folder / "none.h5"); }), ExitCode::input_missing);
  EXPECT_EQ(code_of([&] { Hdf5Input::open(folder.path()); }), ExitCode::input_missing);
  testing::write_text(folder / "text.h5", "a,b\n1,2\n");
  EXPECT_EQ(code_of([&] { Hdf5Input::open(folder / "text.h5"); }), ExitCode::bad_data);
  testing::write_text(folder / "empty.h5", "");
  EXPECT_EQ(code_of([&] { Hdf5Input::open(folder / "empty.h5"); }), ExitCode::bad_data);
}

TEST(Hdf5Input, DoesNotWaitForTheWriterOfAFifo) {
  const testing::TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "fifo.h5").c_str(), 0600), 0);
  EXPECT_EQ(code_of([&] { Hdf5Input::open(folder / "fifo.h5"); }), ExitCode::bad_data);
}

TEST(Hdf5Input, ReadsAnyRunOfRowsOfFloatsAndIntegersAsDoubles) {
  const testing::TemporaryFolder folder;
  {
    Hdf5Sample sample(folder / "a.h5");
    std::vector<float> values(12);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<float>(i) / 2;
    }
    sample.write("X", H5T_IEEE_F32BE, H5T_NATIVE_FLOAT, {4, 3}, values.data());
    const std::vector<std::int16_t> labels{-1, 2, 300, 4};
    sample.write("y", H5T_STD_I16LE, H5T_NATIVE_INT16, {4}, labels.data());
  }
  Hdf5Input input = Hdf5Input::open(folder / "a.h5");
  EXPECT_THAT(input.names(), ElementsAre("X", "y"));
  EXPECT_THAT(input.shape("X"), ElementsAre(4, 3));
  EXPECT_FALSE(input.is_integer("X"));
  EXPECT_TRUE(input.is_integer("y"));
  EXPECT_FALSE(input.is_text("y"));
  for (std::int64_t first = 0; first <= 4; ++first) {
    for (std::int64_t rows = 0; first + rows <= 4; ++rows) {
      std::vector<double> out(static_cast<std::size_t>(rows * 3));
      input.read_rows("X", first, rows, std::span(out));
      for (std::size_t i = 0; i < out.size(); ++i) {
        EXPECT_EQ(out[i], (static_cast<double>(first * 3) + static_cast<double>(i)) / 2);
      }
    }
  }
  EXPECT_THAT(input.read_doubles("/y"), ElementsAre(-1, 2, 300, 4));
  std::vector<double> out(3);
  EXPECT_THROW(input.read_rows("X", 4, 1, std::span(out)), DataError);
  EXPECT_THROW(input.read_rows("X", -1, 1, std::span(out)), DataError);
}

TEST(Hdf5Input, ReadsCompressedChunksInBlocksThatCrossThem) {
  const testing::TemporaryFolder folder;
  std::vector<double> values(1000 * 5);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<double>(i % 7);
  }
  {
    Hdf5Sample sample(folder / "a.h5");
    sample.set_chunk({64, 5});
    H5Pset_shuffle(sample.creation());
    H5Pset_deflate(sample.creation(), 6);
    H5Pset_fletcher32(sample.creation());
    sample.write("X", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {1000, 5}, values.data());
  }
  Hdf5Input input = Hdf5Input::open(folder / "a.h5");
  std::vector<double> read;
  for (std::int64_t first = 0; first < 1000; first += 125) {
    std::vector<double> block(125 * 5);
    input.read_rows("X", first, 125, std::span(block));
    read.insert(read.end(), block.begin(), block.end());
  }
  EXPECT_EQ(read, values);
}

TEST(Hdf5Input, ReadsStringsOfBothKindsAndBooleans) {
  const testing::TemporaryFolder folder;
  {
    Hdf5Sample sample(folder / "a.h5");
    sample.write_strings("variable", {"setosa", "", "virginica"});
    sample.write_fixed_strings("null_padded", {"ab", "c\0d"}, 4, H5T_STR_NULLPAD);
    sample.write_fixed_strings("space_padded", {"ab", "c"}, 4, H5T_STR_SPACEPAD);
    sample.write_fixed_strings("null_terminated", {"ab", "c"}, 4, H5T_STR_NULLTERM);
    sample.write_booleans("flags", {true, false, true});
  }
  Hdf5Input input = Hdf5Input::open(folder / "a.h5");
  EXPECT_TRUE(input.is_text("variable"));
  EXPECT_THAT(input.read_text("variable"), ElementsAre("setosa", "", "virginica"));
  EXPECT_THAT(input.read_text_rows("variable", 2, 1), ElementsAre("virginica"));
  EXPECT_THAT(input.read_text("null_padded"), ElementsAre("ab", "c"));
  EXPECT_THAT(input.read_text("space_padded"), ElementsAre("ab", "c"));
  EXPECT_THAT(input.read_text("null_terminated"), ElementsAre("ab", "c"));
  EXPECT_THAT(input.read_doubles("flags"), ElementsAre(1, 0, 1));
}

TEST(Hdf5Input, RefusesIntegersThatDoNotFitInsteadOfClippingThem) {
  const testing::TemporaryFolder folder;
  {
    Hdf5Sample sample(folder / "a.h5");
    const std::vector<std::uint64_t> words{1, 0xffff'ffff'ffff'ffff};
    sample.write("w", H5T_STD_U64LE, H5T_NATIVE_UINT64, {2}, words.data());
  }
  Hdf5Input input = Hdf5Input::open(folder / "a.h5");
  EXPECT_THROW(input.read_integers("w"), DataError);
  EXPECT_THAT(input.read_words("w"), ElementsAre(1, 0xffff'ffff'ffff'ffff));
}

TEST(Hdf5Input, SoftLinksWithinTheFileAreFollowed) {
  const testing::TemporaryFolder folder;
  {
    Hdf5Sample sample(folder / "a.h5");
    sample.create_group("g");
    const std::vector<double> values{1, 2};
    sample.write("g/x", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {2}, values.data());
    sample.soft_link("absolute", "/g/x");
    sample.soft_link("g/relative", "x");
    sample.soft_link("group", "g");
    sample.soft_link("dangling", "/nowhere");
  }
  Hdf5Input input = Hdf5Input::open(folder / "a.h5");
  EXPECT_THAT(input.read_doubles("absolute"), ElementsAre(1, 2));
  EXPECT_THAT(input.read_doubles("g/relative"), ElementsAre(1, 2));
  EXPECT_THAT(input.read_doubles("group/relative"), ElementsAre(1, 2));
  EXPECT_FALSE(input.has("dangling"));
  EXPECT_THROW(input.read_doubles("dangling"), DataError);
}

TEST(Hdf5Input, MessagesShowNoTerminalEscapes) {
  const testing::TemporaryFolder folder;
  { Hdf5Sample sample(folder / "a.h5"); }
  Hdf5Input input = Hdf5Input::open(folder / "a.h5");
  try {
    input.shape("\x1b[31mX\n");
    FAIL() << "no error";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("/\\x1b[31mX\\x0a: "));
  }
}

}  // namespace
}  // namespace lockstep
