#include "io/hdf5_image.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <thread>

#include "temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

namespace lockstep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::byte> example_image(std::size_t user_block_bytes) {
  Hdf5ImageWriter writer(user_block_bytes);
  const std::vector<double> values{1.5, -0.0, 1e-310, 4, 5, 6};
  writer.write("/coef", values, {2, 3});
  writer.write("/layers/0/W", values, {3, 2});
  writer.write("/layers/0/b", values);
  writer.write("/layers/1/b", std::vector<double>{});
  writer.write("/no_rows", {}, {0, 4});
  writer.write("/steps", std::vector<std::int64_t>{-1, std::numeric_limits<std::int64_t>::max()});
  writer.write("/words", std::vector<std::uint64_t>{std::numeric_limits<std::uint64_t>::max(), 0});
  writer.write("/names", std::vector<std::string>{"age", "", "größe"});
  writer.write("/no_names", std::vector<std::string>{});
  writer.write("/blank", std::vector<std::string>{"", ""});
  writer.write("/settings", "model = \"logistic\"\n");
  writer.write("/empty", std::string());
  writer.write_scalar("/counter/word", std::uint64_t{1} << 63);
  writer.write_scalar("/counter/step", std::int64_t{42});
  writer.write_scalar("/counter/rate", 0.1);
  return writer.finish();
}

class Hdf5Image : public ::testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(UserBlock, Hdf5Image, ::testing::Values(0, 512));

TEST_P(Hdf5Image, GivesBackWhatWasWritten) {
  const std::vector<std::byte> image = example_image(GetParam());
  Hdf5ImageReader reader(image, "file.h5");
  EXPECT_THAT(reader.shape("/coef"), ElementsAre(2, 3));
  EXPECT_THAT(reader.read_doubles("/coef"), ElementsAre(1.5, -0.0, 1e-310, 4, 5, 6));
  EXPECT_TRUE(std::signbit(reader.read_doubles("/coef")[1]));
  EXPECT_THAT(reader.shape("layers/0/W"), ElementsAre(3, 2));
  EXPECT_THAT(reader.read_doubles("/layers/1/b"), IsEmpty());
  EXPECT_THAT(reader.shape("/no_rows"), ElementsAre(0, 4));
  EXPECT_THAT(reader.read_doubles("/no_rows"), IsEmpty());
  EXPECT_THAT(reader.read_integers("/steps"), ElementsAre(-1, std::numeric_limits<std::int64_t>::max()));
  EXPECT_THAT(reader.read_words("/words"), ElementsAre(std::numeric_limits<std::uint64_t>::max(), 0));
  EXPECT_THAT(reader.read_texts("/names"), ElementsAre("age", "", "größe"));
  EXPECT_THAT(reader.read_texts("/no_names"), IsEmpty());
  EXPECT_THAT(reader.read_texts("/blank"), ElementsAre("", ""));
  EXPECT_EQ(reader.read_text("/settings"), "model = \"logistic\"\n");
  EXPECT_EQ(reader.read_text("/empty"), "");
  EXPECT_EQ(reader.read_word("/counter/word"), std::uint64_t{1} << 63);
  EXPECT_EQ(reader.read_integer("/counter/step"), 42);
  EXPECT_EQ(reader.read_double("/counter/rate"), 0.1);
  EXPECT_THAT(reader.names("/layers"), ElementsAre("0", "1"));
  EXPECT_TRUE(reader.has("/layers/0"));
  EXPECT_FALSE(reader.has("/layers/2/W"));
  EXPECT_FALSE(reader.has("/coef/beyond"));
}

TEST_P(Hdf5Image, KeepsEveryBitOfUnusualDoubles) {
  const std::vector<double> values{std::bit_cast<double>(0x7ff4000000001234), -0.0,
                                   std::numeric_limits<double>::denorm_min(), -std::numeric_limits<double>::infinity()};
  Hdf5ImageWriter writer(GetParam());
  writer.write("x", values);
  Hdf5ImageReader reader(writer.finish(), "file.h5");
  const std::vector<double> read = reader.read_doubles("x");
  ASSERT_EQ(read.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(read[i]), std::bit_cast<std::uint64_t>(values[i]));
  }
}

TEST_P(Hdf5Image, EqualContentGivesEqualBytes) {
  // Fresh memory is filled with other garbage each time, and a second passes, so that neither shows.
  mallopt(M_PERTURB, 0x5a);
  const std::vector<std::byte> first = example_image(GetParam());
  mallopt(M_PERTURB, 0xc3);
  ::usleep(1'100'000);
  const std::vector<std::byte> second = example_image(GetParam());
  mallopt(M_PERTURB, 0);
  EXPECT_EQ(first, second);
}

TEST(Hdf5ImageWriter, LeavesTheUserBlockZeroAndPutsHdf5BehindIt) {
  const std::vector<std::byte> image = example_image(512);
  for (std::size_t i = 0; i < 512; ++i) {
    ASSERT_EQ(image[i], std::byte{0}) << i;
  }
  EXPECT_EQ(image[513], std::byte{'H'});
}

TEST(Hdf5ImageWriter, ManyDatasetsAndLargeOnesSurvive) {
  Hdf5ImageWriter writer(512);
  std::vector<double> large(300'000);
  for (std::size_t i = 0; i < large.size(); ++i) {
    large[i] = static_cast<double>(i);
  }
  for (int i = 0; i < 200; ++i) {
    writer.write_scalar("/history/" + std::to_string(i) + "/loss", 1.0 * i);
  }
  writer.write("/large", large, {1000, 300});
  Hdf5ImageReader reader(writer.finish(), "file.h5");
  EXPECT_EQ(reader.names("/history").size(), 200u);
  EXPECT_EQ(reader.read_double("/history/137/loss"), 137.0);
  EXPECT_EQ(reader.read_doubles("/large"), large);
}

TEST(Hdf5ImageWriter, RefusesTextWithNul) {
  Hdf5ImageWriter writer;
  EXPECT_THROW(writer.write("/name", std::string("a\0b", 3)), DataError);
}

TEST(Hdf5ImageWriter, RefusesShapesThatDoNotFit) {
  Hdf5ImageWriter writer;
  EXPECT_THROW(writer.write("/x", std::vector<double>{1, 2, 3}, {2, 2}), InternalError);
}

TEST(Hdf5ImageWriter, NamesThePathThatWasWrittenTwice) {
  Hdf5ImageWriter writer;
  writer.write_scalar("/a/x", 1.0);
  try {
    writer.write_scalar("/a/x", 2.0);
    FAIL() << "written twice";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::internal);
    EXPECT_THAT(error.what(), HasSubstr("/a/x: H5Dcreate2 failed"));
  }
}

TEST(Hdf5ImageReader, MessagesNameTheFileTheDatasetAndWhatWasSeen) {
  const std::vector<std::byte> image = example_image(0);
  Hdf5ImageReader reader(image, "run/model.h5");
  const auto message_of = [&](auto read) -> std::string {
    try {
      read();
    } catch (const DataError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message_of([&] { reader.read_doubles("/nothing"); }),
            "run/model.h5: /nothing: there is no such group or dataset");
  EXPECT_EQ(message_of([&] { reader.read_doubles("/names"); }),
            "run/model.h5: /names: numbers expected (strings found)");
  EXPECT_EQ(message_of([&] { reader.read_integers("/coef"); }),
            "run/model.h5: /coef: integers expected (floats found)");
  EXPECT_EQ(message_of([&] { reader.read_texts("/coef"); }),
            "run/model.h5: /coef: a list of strings expected (numbers found)");
  EXPECT_EQ(message_of([&] { reader.read_double("/coef"); }), "run/model.h5: /coef: one value expected (6 found)");
  EXPECT_EQ(message_of([&] { reader.read_doubles("/layers"); }), "run/model.h5: /layers: not a dataset");
  EXPECT_THAT(message_of([&] { reader.read_integers("/words"); }), HasSubstr("/words: H5Dread failed"));
}

TEST(Hdf5ImageReader, RefusesBytesThatAreNotHdf5) {
  const std::vector<std::byte> zeros(4096);
  EXPECT_THROW(Hdf5ImageReader(zeros, "file.h5"), DataError);
  EXPECT_THROW(Hdf5ImageReader({}, "file.h5"), DataError);
}

TEST(Hdf5ImageReader, TwoImagesOfOneNameStayApart) {
  Hdf5ImageWriter one;
  one.write_scalar("/x", 1.0);
  Hdf5ImageWriter two;
  two.write_scalar("/x", 2.0);
  Hdf5ImageReader first(one.finish(), "model.h5");
  Hdf5ImageReader second(two.finish(), "model.h5");
  EXPECT_EQ(first.read_double("/x"), 1.0);
  EXPECT_EQ(second.read_double("/x"), 2.0);
}

TEST(Hdf5ImageReader, ThreadsShareTheLibrary) {
  const std::vector<std::byte> expected = example_image(512);
  std::array<bool, 4> equal{};
  std::vector<std::thread> threads;
  for (bool& mine : equal) {
    threads.emplace_back([&] {
      mine = true;
      for (int i = 0; i < 5; ++i) {
        mine = mine && example_image(512) == expected;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_THAT(equal, ElementsAre(true, true, true, true));
}

TEST_P(Hdf5Image, OpensWithH5dump) {
  const testing::TemporaryFolder folder;
  testing::write_bytes(folder / "image.h5", example_image(GetParam()));
  const std::string command = "h5dump " + (folder / "image.h5") + " 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string output;
  std::array<char, 4096> block{};
  while (const std::size_t length = std::fread(block.data(), 1, block.size(), pipe.get())) {
    output.append(block.data(), length);
  }
  ASSERT_THAT(output, ::testing::Not(HasSubstr("not found"))) << "h5dump is of scripts/packages.txt: hdf5-tools";
  EXPECT_THAT(output, HasSubstr("(0,0): 1.5, -0, 1e-310"));
  EXPECT_THAT(output, HasSubstr("H5T_STR_NULLPAD"));
  EXPECT_THAT(output, HasSubstr("\"age"));
  EXPECT_THAT(output, ::testing::Not(HasSubstr("error")));
}

}  // namespace
}  // namespace lockstep
