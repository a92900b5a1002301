// Chunks and strings that do not hold what they declare: refused, whatever the library would make of them.
#include "io/hdf5_input.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "hdf5_samples.h"
#include "temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

namespace lockstep {
namespace {

using ::testing::HasSubstr;
using testing::Hdf5Sample;

std::vector<Bytef> deflated(const void* bytes, std::size_t count) {
  std::vector<Bytef> packed(compressBound(count));
  uLongf size = packed.size();
  EXPECT_EQ(compress(packed.data(), &size, static_cast<const Bytef*>(bytes), count), Z_OK);
  packed.resize(size);
  return packed;
}

class DamagedHdf5 : public ::testing::Test {
 protected:
  static constexpr std::size_t kRows = 8;

  /// X: 8 rows in two chunks of 4; the second one is stored as these bytes, with that mask of filters left out.
  std::string with_second_chunk(const std::vector<Bytef>& stored, std::uint32_t mask = 0, bool has_checksum = false) {
    Hdf5Sample sample(path_);
    sample.set_chunk({kRows / 2});
    Hdf5Sample::must(H5Pset_deflate(sample.creation(), 6));
    if (has_checksum) {
      Hdf5Sample::must(H5Pset_fletcher32(sample.creation()));
    }
    sample.write("X", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {kRows}, values_.data());
    const Hdf5Dataset dataset(Hdf5Sample::must(H5Dopen2(sample.file(), "X", H5P_DEFAULT)));
    const hsize_t offset = kRows / 2;
    Hdf5Sample::must(H5Dwrite_chunk(dataset.id(), H5P_DEFAULT, mask, &offset, stored.size(), stored.data()));
    return path_;
  }

  static std::string refusal(const std::string& path) {
    try {
      Hdf5Input input = Hdf5Input::open(path);
      input.is_text("X") ? static_cast<void>(input.read_text("X")) : static_cast<void>(input.read_doubles("X"));
    } catch (const DataError& error) {
      return error.what();
    }
    return "not refused";
  }

  testing::TemporaryFolder folder_;
  const std::string path_ = folder_ / "sample.h5";
  const std::vector<double> values_ = {1, 2, 3, 4, 5, 6, 7, 8};
  static constexpr std::size_t kHalf = kRows / 2 * sizeof(double);
};

TEST_F(DamagedHdf5, ChunkThatInflatesToAnotherLengthIsRefused) {
  EXPECT_THAT(refusal(with_second_chunk(deflated(values_.data(), kHalf - 1))),
              HasSubstr("/X: chunk at row 5: damaged: inflates to 31 bytes where its shape needs 32"));
  EXPECT_THAT(refusal(with_second_chunk(deflated(values_.data(), 2 * kHalf))), HasSubstr("more than the 32 bytes"));
  EXPECT_THAT(refusal(with_second_chunk(deflated(values_.data(), 0))), HasSubstr("inflates to 0 bytes"));
  EXPECT_THAT(refusal(with_second_chunk({1, 2, 3})), HasSubstr("/X: chunk at row 5: damaged: cannot be inflated"));
  std::vector<Bytef> cut = deflated(values_.data(), kHalf);
  cut.resize(cut.size() / 2);
  EXPECT_THAT(refusal(with_second_chunk(cut)), HasSubstr("damaged"));
}

/// The layout message of compact values: version 3, class 0, their bytes, the values.
TEST_F(DamagedHdf5, CompactValuesThatAreTooFewAreRefused) {
  {
    Hdf5Sample sample(path_);
    H5Pset_layout(sample.creation(), H5D_COMPACT);
    sample.write("X", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {kRows}, values_.data());
  }
  EXPECT_EQ(Hdf5Input::open(path_).read_doubles("X"), values_);
  std::string bytes = testing::text_of(path_);
  const std::size_t at = bytes.find(std::string("\3\0\x40\0", 4));
  ASSERT_NE(at, std::string::npos);
  for (const char held : {'\0', '\x38'}) {
    bytes[at + 2] = held;
    testing::write_text(path_, bytes);
    EXPECT_THAT(refusal(path_),
                HasSubstr("/X: damaged: holds " + std::to_string(held) + " bytes where its shape needs 64"));
  }
}

/// A datatype message: version and class, three bytes of properties, bytes of a number; offset and precision in bits.
TEST_F(DamagedHdf5, NumbersWhoseBitsAreNotInTheirBytesAreRefused) {
  const std::vector<std::int64_t> integers(kRows, 7);
  {
    Hdf5Sample sample(path_);
    sample.write("X", H5T_STD_I64LE, H5T_NATIVE_INT64, {kRows}, integers.data());
  }
  const std::string sound = testing::text_of(path_);
  const std::size_t message = sound.find(std::string("\x10\x08\0\0\x08\0\0\0\0\0\x40\0", 12));
  ASSERT_NE(message, std::string::npos);
  EXPECT_EQ(Hdf5Input::open(path_).read_doubles("X"), std::vector<double>(kRows, 7));
  for (const auto& [at, byte] : {std::pair(4, '\0'), std::pair(4, '\4'), std::pair(8, '\1'), std::pair(10, '\0'),
                                 std::pair(10, '\x41'), std::pair(11, '\x40')}) {
    std::string bytes = sound;
    bytes[message + static_cast<std::size_t>(at)] = byte;
    testing::write_text(path_, bytes);
    EXPECT_THAT(refusal(path_), HasSubstr("/X: damaged: a type of ")) << at << ' ' << int{byte};
  }
}

TEST_F(DamagedHdf5, ChunkStoredWithoutItsFilterIsReadAndHasItsLengthChecked) {
  constexpr std::uint32_t no_deflate = 1;
  std::vector<Bytef> plain(kHalf);
  std::memcpy(plain.data(), values_.data() + kRows / 2, kHalf);
  with_second_chunk(plain, no_deflate);
  EXPECT_EQ(Hdf5Input::open(path_).read_doubles("X"), values_);
  plain.pop_back();
  EXPECT_THAT(refusal(with_second_chunk(plain, no_deflate)), HasSubstr("holds 31 bytes where its shape needs 32"));
}

TEST_F(DamagedHdf5, ChunkWithoutFiltersThatIsTooShortIsRefused) {
  {
    Hdf5Sample sample(path_);
    sample.set_chunk({kRows / 2});
    sample.write("X", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {kRows}, values_.data());
  }
  EXPECT_EQ(Hdf5Input::open(path_).read_doubles("X"), values_);
  {
    Hdf5Sample sample(path_);
    sample.set_chunk({kRows / 2});
    sample.write("X", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {kRows}, nullptr);
    const Hdf5Dataset dataset(Hdf5Sample::must(H5Dopen2(sample.file(), "X", H5P_DEFAULT)));
    const hsize_t offset = kRows / 2;
    Hdf5Sample::must(H5Dwrite_chunk(dataset.id(), H5P_DEFAULT, 0, &offset, kHalf - 1, values_.data()));
  }
  EXPECT_THAT(refusal(path_), HasSubstr("/X: chunk at row 5: damaged: holds 31 bytes where its shape needs 32"));
}

TEST_F(DamagedHdf5, ShuffledChunkOfLessThanOneValueIsRefused) {
  for (const std::size_t stored : {std::size_t{4}, std::size_t{7}}) {  // 0 and 3 bytes behind the checksum
    {
      Hdf5Sample sample(path_);
      sample.set_chunk({kRows / 2});
      Hdf5Sample::must(H5Pset_shuffle(sample.creation()));
      Hdf5Sample::must(H5Pset_fletcher32(sample.creation()));
      sample.write("X", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, {kRows}, nullptr);
      const Hdf5Dataset dataset(Hdf5Sample::must(H5Dopen2(sample.file(), "X", H5P_DEFAULT)));
      const hsize_t offset = 0;
      const std::vector<std::byte> zeros(stored);  // whose checksum is 0
      Hdf5Sample::must(H5Dwrite_chunk(dataset.id(), H5P_DEFAULT, 0, &offset, zeros.size(), zeros.data()));
    }
    EXPECT_THAT(refusal(path_), HasSubstr("holds " + std::to_string(stored - 4) + " bytes where its shape needs 32"));
  }
}

TEST_F(DamagedHdf5, ChecksumThatDoesNotMatchIsRefused) {
  std::vector<Bytef> stored = deflated(values_.data(), kHalf);
  stored.insert(stored.end(), {1, 2, 3, 4});
  EXPECT_THAT(refusal(with_second_chunk(stored, 0, true)), HasSubstr("its checksum (fletcher32) does not match"));
  EXPECT_THAT(refusal(with_second_chunk({1, 2}, 0, true)), HasSubstr("shorter than its checksum"));
}

/// Every pipeline of the built-in filters, chunks at the borders, fill values and other byte orders among them.
TEST_F(DamagedHdf5, WhatTheLibraryWroteIsReadBitForBit) {
  constexpr std::size_t rows = 101;
  constexpr std::size_t columns = 7;
  std::vector<double> values(rows * columns);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = std::floor(std::sin(static_cast<double>(i)) * 1000) / 8;
  }
  for (int filters = 1; filters < 8; ++filters) {
    for (const hid_t type : {H5T_IEEE_F64LE, H5T_IEEE_F64BE, H5T_IEEE_F32LE}) {
      {
        Hdf5Sample sample(path_);
        sample.set_chunk({10, 3});
        (filters & 1) != 0 ? H5Pset_shuffle(sample.creation()) : 0;
        (filters & 2) != 0 ? H5Pset_deflate(sample.creation(), 4) : 0;
        (filters & 4) != 0 ? H5Pset_fletcher32(sample.creation()) : 0;
        sample.write("X", type, H5T_NATIVE_DOUBLE, {rows, columns}, values.data());
        const double fill = 2.5;
        H5Pset_fill_value(sample.creation(), H5T_NATIVE_DOUBLE, &fill);
        sample.write("unwritten", type, type, {rows, columns}, nullptr);
      }
      Hdf5Input input = Hdf5Input::open(path_);
      EXPECT_EQ(input.read_doubles("X"), values) << filters;
      std::vector<double> middle(13 * columns);
      input.read_rows("X", 45, 13, std::span(middle));
      EXPECT_TRUE(std::equal(middle.begin(), middle.end(), values.begin() + 45 * columns)) << filters;
      EXPECT_EQ(input.read_doubles("unwritten"), std::vector<double>(rows * columns, 2.5));
    }
  }
}

TEST_F(DamagedHdf5, StringsInCompressedChunksAreRead) {
  std::vector<std::string> texts;
  for (int i = 0; i < 500; ++i) {
    texts.push_back(std::string(static_cast<std::size_t>(i * 37 % 90), 'a') + std::to_string(i));
  }
  texts[7].clear();
  {
    Hdf5Sample sample(path_);
    sample.write_strings("plain", texts);
    sample.set_chunk({64});
    sample.write_strings("chunked", texts);
    H5Pset_shuffle(sample.creation());
    H5Pset_deflate(sample.creation(), 4);
    sample.write_strings("packed", texts);
    sample.write_fixed_strings("fixed", texts, 100, H5T_STR_NULLPAD);
  }
  Hdf5Input input = Hdf5Input::open(path_);
  for (const char* name : {"plain", "chunked", "packed", "fixed"}) {
    EXPECT_EQ(input.read_text(name), texts) << name;
    EXPECT_EQ(input.read_text_rows(name, 60, 9), std::vector<std::string>(texts.begin() + 60, texts.begin() + 69));
  }
}

/// Flips every bit of the references and of the heap, one byte at a time: refused or read, and it comes to an end.
TEST_F(DamagedHdf5, DamagedStringsNeitherCrashNorHang) {
  haddr_t references = 0;
  {
    Hdf5Sample sample(path_);
    references = sample.write_strings("X", {"benign", "malignant", "", "a longer text than the others"});
  }
  const std::string whole = testing::text_of(path_);
  const std::size_t heap = whole.find("GCOL");
  ASSERT_NE(heap, std::string::npos);
  std::size_t refused = 0;
  const auto flip = [&](std::size_t at, int mask) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ mask);
    testing::write_text(path_, bytes);
    refused += refusal(path_) == "not refused" ? 0 : 1;
  };
  for (const int mask : {0x01, 0x80, 0xff}) {
    for (std::size_t at = 0; at < 64; ++at) {
      flip(references + at, mask);
    }
    for (std::size_t at = 0; at < 256; ++at) {
      flip(heap + at, mask);
    }
  }
  EXPECT_GT(refused, 150U);
}

TEST_F(DamagedHdf5, IntegersThatWouldLoseDigitsAreNoDoubles) {
  constexpr std::int64_t exact = std::int64_t{1} << 53;
  const auto refusal_of = [&](hid_t type, const auto& values) {
    {
      Hdf5Sample sample(path_);
      sample.write("X", type, type, {values.size() / 2, 2}, values.data());
    }
    return refusal(path_);
  };
  EXPECT_EQ(refusal_of(H5T_NATIVE_INT64, std::vector<std::int64_t>{exact, -exact, 4 * exact, 1}), "not refused");
  EXPECT_THAT(refusal_of(H5T_NATIVE_INT64, std::vector<std::int64_t>{1, 2, 3, exact + 1}),
              HasSubstr("/X: row 2, column 2: the integer 9007199254740993 would lose digits"));
  EXPECT_THAT(refusal_of(H5T_NATIVE_INT64, std::vector<std::int64_t>{INT64_MAX, 1}), HasSubstr("row 1, column 1"));
  EXPECT_EQ(refusal_of(H5T_NATIVE_UINT64, std::vector<std::uint64_t>{std::uint64_t{1} << 63, 1}), "not refused");
  EXPECT_THAT(refusal_of(H5T_NATIVE_UINT64, std::vector<std::uint64_t>{UINT64_MAX, 1}),
              HasSubstr("the integer 18446744073709551615 would lose digits"));
}

}  // namespace
}  // namespace lockstep
