#include "data/idx_reader.h"

#include <bit>
#include <cmath>
#include <limits>

#include "unit/data/data_files.h"

namespace lockstep::testing {
namespace {

using namespace std::string_literals;
using Numbers = std::vector<double>;
using Names = std::vector<std::string>;

constexpr char kUint8 = 0x08;
constexpr char kInt8 = 0x09;
constexpr char kInt16 = 0x0b;
constexpr char kInt32 = 0x0c;
constexpr char kFloat32 = 0x0d;
constexpr char kFloat64 = 0x0e;

template <typename Word>
std::string big_endian(const std::vector<Word>& words) {
  std::string bytes;
  for (const Word word : words) {
    for (std::size_t i = sizeof(Word); i-- > 0;) {
      bytes += static_cast<char>(word >> (8 * i));
    }
  }
  return bytes;
}

std::string floats(const std::vector<float>& values) {
  std::vector<std::uint32_t> words;
  for (const float value : values) {
    words.push_back(std::bit_cast<std::uint32_t>(value));
  }
  return big_endian(words);
}

class IdxReader : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kRows = 23;

  void SetUp() override {
    for (std::uint32_t row = 0; row < kRows; ++row) {
      labels_ += static_cast<char>(row % 3);
      for (std::uint32_t j = 0; j < 6; ++j) {
        bytes_ += static_cast<char>(37 * row + j);
        values_.push_back(static_cast<unsigned char>(bytes_.back()) / 255.0);
      }
    }
  }

  std::string images() const { return idx_file(kUint8, {kRows, 2, 3}, bytes_); }
  std::string labels() const { return idx_file(kUint8, {kRows}, labels_); }

  ReadSettings files(const std::string& image_file, const std::string& label_file) {
    write_text(folder_ / "labels-idx1", label_file);
    return data_file(folder_, "images-idx3", image_file);
  }

  /// Rows without labels.
  ReadSettings unlabelled(const std::string& image_file) {
    ReadSettings settings = data_file(folder_, "rows.idx", image_file);
    settings.label_optional = true;
    return settings;
  }

  TemporaryFolder folder_;
  std::string bytes_;
  std::string labels_;
  Numbers values_;
};

TEST_F(IdxReader, ReadsTheSameRowsOnAnyNumberOfRanksPlainAndInGzip) {
  const std::string half = images().substr(0, 40);
  const std::string members = gzipped(half) + gzipped(images().substr(40));
  for (const std::string& file : {images(), gzipped(images()), members}) {
    for (int ranks = 1; ranks <= 9; ++ranks) {
      ReadSettings settings = files(file, ranks % 2 == 0 ? labels() : gzipped(labels()));
      settings.label_kind = LabelKind::classes;
      const RawData data = read_on(ranks, settings);
      EXPECT_EQ(data.block.dense, values_);
      EXPECT_EQ(data.block.features, 6);
      EXPECT_EQ(data.schema.class_names(), (Names{"0", "1", "2"}));
      EXPECT_EQ(data.schema.label_name(), "label");
      EXPECT_TRUE(data.schema.feature_names().empty());
      for (std::size_t row = 0; row < kRows; ++row) {
        EXPECT_EQ(data.block.label[row], static_cast<double>(row % 3));
      }
    }
  }
}

TEST_F(IdxReader, MoreRanksThanRows) {
  const RawData data = read_on(8, unlabelled(idx_file(kUint8, {3, 2}, "\1\2\3\4\5\6"s)));
  EXPECT_EQ(data.block.dense.size(), 6U);
  EXPECT_EQ(data.total_rows, 3);
}

TEST_F(IdxReader, RowsOverManyPieces) {
  const std::string bytes(300 * 700, '\xff');
  for (const std::string& file : {idx_file(kUint8, {300, 700}, bytes), gzipped(idx_file(kUint8, {300, 700}, bytes))}) {
    const RawData data = read_on(2, unlabelled(file));
    EXPECT_EQ(data.block.dense, Numbers(bytes.size(), 1.0));
  }
}

TEST_F(IdxReader, EveryTypeIsReadAsItsValues) {
  const auto read = [&](char type, const std::string& values) {
    return read_on(2, unlabelled(idx_file(type, {3}, values))).block.dense;
  };
  EXPECT_EQ(read(kUint8, "\x00\x80\xff"s), (Numbers{0, 128 / 255.0, 1}));
  EXPECT_EQ(read(kInt8, "\x00\x80\x7f"s), (Numbers{0, -128, 127}));
  EXPECT_EQ(read(kInt16, big_endian<std::uint16_t>({0x0102, 0x8000, 0xffff})), (Numbers{258, -32768, -1}));
  EXPECT_EQ(read(kInt32, big_endian<std::uint32_t>({1, 0x80000000, 0x7fffffff})),
            (Numbers{1, -2147483648, 2147483647}));
  EXPECT_EQ(read(kFloat32, floats({1.5F, -0.1F, 1e-40F})),
            (Numbers{1.5, static_cast<double>(-0.1F), static_cast<double>(1e-40F)}));
  EXPECT_EQ(read(kFloat64, big_endian<std::uint64_t>(
                               {std::bit_cast<std::uint64_t>(0.1), std::bit_cast<std::uint64_t>(-1e300), 1})),
            (Numbers{0.1, -1e300, 4.9406564584124654e-324}));
}

TEST_F(IdxReader, LabelsAreFoundByNameOrOption) {
  EXPECT_EQ(usual_labels_path("images/train-images-idx3-ubyte.gz"), "images/train-labels-idx1-ubyte.gz");
  EXPECT_EQ(usual_labels_path("t10k-images.idx3-ubyte"), "t10k-labels.idx1-ubyte");
  EXPECT_EQ(usual_labels_path("images/rows.idx"), "");
  ReadSettings settings = unlabelled(images());
  EXPECT_TRUE(read_on(2, settings).block.label.empty());
  settings.label_optional = false;
  expect_error(settings, "65 FILE: no labels; name their file with --labels");
  settings.labels = folder_ / "numbers";
  write_text(settings.labels, idx_file(kInt8, {kRows}, labels_));
  EXPECT_EQ(read_on(2, settings).block.label.size(), kRows);
  settings.label_kind = LabelKind::none;
  EXPECT_TRUE(read_on(2, settings).block.label.empty());
}

TEST_F(IdxReader, MissingLabelsAreMissingInputUnlessOptional) {
  ReadSettings settings = data_file(folder_, "images", images());
  const std::string labels_path = folder_ / "labels";
  expect_error(settings, "66 " + labels_path +
                             ": cannot open the labels; --labels names another file (No such file or directory)");
  settings.label_optional = true;
  EXPECT_TRUE(read_on(3, settings).block.label.empty());
  settings.labels = labels_path;
  expect_error(settings, "66 " + labels_path + ": cannot open the file (No such file or directory)");
}

TEST_F(IdxReader, BadLabelsAreReportedWithTheirRow) {
  const std::string path = folder_ / "labels-idx1";
  const auto expect_label_error = [&](const std::string& label_file, const std::string& expected) {
    ReadSettings settings = files(images(), label_file);
    settings.label_kind = LabelKind::classes;
    settings.expected.set_class_names({"0", "1", "2"});
    expect_error(settings, "65 " + path + ": " + expected);
  };
  expect_label_error(idx_file(kUint8, {kRows - 1}, labels_.substr(1)), "22 labels for the 23 rows of FILE");
  expect_label_error(idx_file(kUint8, {kRows, 1}, labels_),
                     "labels must be whole numbers in one dimension (saw 23 × 1 values of type uint8)");
  expect_label_error(idx_file(kFloat32, {kRows}, std::string(4 * kRows, '\0')),
                     "labels must be whole numbers in one dimension (saw 23 values of type float32)");
  std::string odd = labels_;
  odd[16] = 7;
  odd[20] = 8;
  expect_label_error(idx_file(kUint8, {kRows}, odd), "row 17: label '7' is not among the model's classes (0, 1, 2)");
  expect_label_error(labels().substr(0, 20), "row 13: the file ends here; the header promises 23 values of type uint8");
  expect_label_error("1\n2\n3\n",
                     "not an IDX file, which begins with the bytes 00 00, a type (08, 09, 0b to 0e) and the number of "
                     "dimensions (saw 31 0a 32 0a)");
}

TEST_F(IdxReader, BadHeadersAreRefused) {
  const auto expect_refused = [&](const std::string& file, const std::string& expected) {
    ReadSettings settings = unlabelled(file);
    settings.format = format_named("idx");
    expect_error(settings, "65 FILE: " + expected);
  };
  const std::string not_idx =
      "not an IDX file, which begins with the bytes 00 00, a type (08, 09, 0b to 0e) and the number of dimensions "
      "(saw ";
  expect_refused("\0\0\x08"s, "the header of the IDX file is cut off");
  expect_refused("\0\0\x08\2\0\0\0\1\0\0"s, "the header of the IDX file is cut off");
  expect_refused("\0\0\x08\0\0\0\0\1"s, not_idx + "00 00 08 00)");
  expect_refused("\0\0\x0a\1\0\0\0\1"s, not_idx + "00 00 0a 01)");
  expect_refused("\0\1\x08\1\0\0\0\1"s, not_idx + "00 01 08 01)");
  expect_refused(idx_file(kUint8, {0, 4}, ""), "the file has no rows of data");
  expect_refused(idx_file(kUint8, {4, 0}, ""), "the rows of 4 × 0 values of type uint8 are empty");
  expect_refused(idx_file(kUint8, {1, 0xffffffff, 0xffffffff, 0xffffffff}, ""),
                 "a row of 1 × 4294967295 × 4294967295 × 4294967295 values of type uint8 has more than 2147483646 "
                 "values");
  expect_refused(idx_file(kFloat64, {0xffffffff, 0x7ffffffe}, "12345678"),
                 "row 1, column 2: the file ends here; the header promises 4294967295 × 2147483646 values of type "
                 "float64");
  const std::string hostile = gzipped(idx_file(kFloat64, {0xffffffff, 0x7ffffffe}, "12345678"));
  expect_refused(hostile, "the header promises 4294967295 × 2147483646 values of type float64, more than " +
                              std::to_string(hostile.size()) + " bytes of gzip can hold");
}

TEST_F(IdxReader, MissingAndSurplusBytesAreReported) {
  const std::string promised = "the header promises 23 × 2 × 3 values of type uint8";
  const std::string early = images().substr(0, 16 + 6 * 10 + 4);
  expect_error(unlabelled(early), "65 FILE: row 11, column 5: the file ends here; " + promised);
  expect_error(unlabelled(gzipped(early)), "65 FILE: row 11, column 5: the file ends here; " + promised);
  const std::string surplus = "65 FILE: more bytes follow the 23 × 2 × 3 values of type uint8 that the header promises";
  expect_error(unlabelled(images() + "x"), surplus);
  expect_error(unlabelled(gzipped(images() + "x")), surplus);
}

TEST_F(IdxReader, DamagedGzipIsReported) {
  const std::string packed = gzipped(images());
  expect_error(unlabelled(packed.substr(0, packed.size() - 3)),
               "65 FILE: behind row 23: the compressed data end too early");
  std::string damaged = packed;
  damaged[damaged.size() - 7] ^= 1;
  expect_error(unlabelled(damaged), "65 FILE: behind row 23: the compressed data are damaged (incorrect data check)");
  expect_error(unlabelled(packed + "garbage"),
               "65 FILE: behind row 23: the compressed data are damaged (incorrect header check)");
  // Whatever is cut off or changed is noticed, with one message on every rank.
  for (std::size_t length = 4; length < packed.size(); length += 5) {
    ReadSettings settings = unlabelled(packed.substr(0, length));
    const std::string expected = error_on(1, settings);
    EXPECT_TRUE(expected.starts_with("65 FILE")) << expected;
    EXPECT_EQ(error_on(3, settings), expected);
  }
  constexpr std::size_t kHeader = 10;  // of gzip; it has no checksum
  for (std::size_t at = kHeader; at < packed.size(); at += 3) {
    std::string flipped = packed;
    flipped[at] ^= 16;
    const ReadSettings settings = unlabelled(flipped);
    const std::string expected = error_on(1, settings);
    EXPECT_TRUE(expected.starts_with("65 FILE")) << expected;
    EXPECT_EQ(error_on(3, settings), expected);
  }
}

TEST_F(IdxReader, TheFirstBadValueIsReported) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> values(60, 1.0F);
  values[16 * 3 + 2] = nan;
  values[18 * 3] = std::numeric_limits<float>::infinity();
  const std::string file = idx_file(kFloat32, {20, 3}, floats(values));
  const std::string expected = "65 FILE: row 17, column 3: value is not finite (saw 'nan')";
  expect_error(unlabelled(file), expected);
  expect_error(unlabelled(gzipped(file)), expected);
  // Rather than the end that is missing behind it.
  expect_error(unlabelled(gzipped(file.substr(0, file.size() - 2))), expected);
}

TEST_F(IdxReader, TheWidthMustFitTheModel) {
  ReadSettings settings = unlabelled(images());
  expect_features(settings, 7);
  expect_error(settings, "65 FILE: the file has 6 feature columns, the model has 7");
  expect_names(settings, {"a", "b", "c", "d", "e", "f"});
  EXPECT_EQ(read_on(2, settings).block.dense, values_);
}

/// 16 GB for a row of which there is none.
TEST_F(IdxReader, AWidthWithoutRowsTakesNoMemory) {
  expect_error(unlabelled(idx_file(kUint8, {0, 2147483646}, "")), "65 FILE: the file has no rows of data");
}

TEST_F(IdxReader, SettingsThatDoNotApplyAreRefused) {
  ReadSettings settings = unlabelled(images());
  settings.weight_column = "w";
  expect_error(settings, "78 FILE: IDX has no named columns, so --weight-column does not apply");
  settings = data_file(folder_, "a.csv", "a,y\n1,2\n");
  settings.labels = "labels";
  expect_error(settings, "78 FILE: only IDX and .npy take a second file of labels, so --labels does not apply");
}

}  // namespace
}  // namespace lockstep::testing
