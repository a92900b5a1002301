#include "data/numpy_reader.h"

#include <bit>
#include <cmath>
#include <limits>

#include "support/numpy_files.h"
#include "unit/data/data_files.h"
#include <gmock/gmock.h>

namespace lockstep::testing {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;
using Names = std::vector<std::string>;
using Numbers = std::vector<double>;
using Members = std::vector<std::pair<std::string, std::string>>;

/// The words of a text in the other order of bytes.
template <typename Word>
std::string turned(const std::string& bytes) {
  std::string result = bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    result[i] = bytes[i / sizeof(Word) * sizeof(Word) + sizeof(Word) - 1 - i % sizeof(Word)];
  }
  return result;
}

class NumpyReader : public ::testing::Test {
 protected:
  static constexpr int kRows = 23;
  static constexpr int kColumns = 3;

  void SetUp() override {
    for (int row = 0; row < kRows; ++row) {
      for (int column = 0; column < kColumns; ++column) {
        x_.push_back(row + 0.125 * column);
      }
      y_.push_back(row % 3);
    }
  }

  /// Column after column.
  Numbers by_columns() const {
    Numbers result;
    for (std::size_t i = 0; i < x_.size(); ++i) {
      result.push_back(x_[i % kRows * kColumns + i / kRows]);
    }
    return result;
  }

  std::string x_file() const { return npy_file("<f8", "(23, 3)", bytes_of(x_)); }
  std::string x_by_columns() const { return npy_file("<f8", "(23, 3)", bytes_of(by_columns()), true); }
  std::string y_file() const { return npy_file("<i4", "(23,)", bytes_of(y_)); }

  ReadSettings two_files(const std::string& x, const std::string& y) {
    write_text(folder_ / "y.npy", y);
    return data_file(folder_, "X.npy", x);
  }

  /// Rows without labels.
  ReadSettings unlabelled(const std::string& x) {
    ReadSettings settings = data_file(folder_, "rows.npy", x);
    settings.label_optional = true;
    return settings;
  }

  ReadSettings archive(const Members& members, bool is_deflated, bool is_zip64 = false) {
    return data_file(folder_, "d.npz", zip_file(members, is_deflated, is_zip64));
  }

  std::string error(const ReadSettings& settings) {
    std::string text = error_on(1, settings);
    for (const int ranks : {2, 5}) {
      EXPECT_EQ(error_on(ranks, settings), text) << ranks << " ranks";
    }
    return text;
  }

  TemporaryFolder folder_;
  Numbers x_;
  std::vector<std::int32_t> y_;
};

TEST_F(NumpyReader, ReadsTheSameRowsOnAnyNumberOfRanksWhateverTheOrderAndTheArchive) {
  const Members by_rows = {{"X.npy", x_file()}, {"y.npy", y_file()}, {"notes.txt", "not an array"}};
  const Members by_columns = {{"X.npy", x_by_columns()}, {"y.npy", y_file()}};
  const auto read = [&](int ranks, ReadSettings settings) {
    settings.label_kind = LabelKind::classes;
    const RawData data = read_on(ranks, settings);
    EXPECT_EQ(data.block.dense, x_);
    EXPECT_EQ(data.block.label, Numbers(y_.begin(), y_.end()));
    EXPECT_EQ(data.schema.class_names(), (Names{"0", "1", "2"}));
    EXPECT_EQ(data.schema.label_name(), "y");
  };
  for (const int ranks : {1, 2, 3, 7, 8}) {
    read(ranks, two_files(x_file(), y_file()));
    read(ranks, two_files(x_by_columns(), y_file()));
    for (const bool is_deflated : {false, true}) {
      read(ranks, archive(by_rows, is_deflated));
      read(ranks, archive(by_columns, is_deflated, true));
    }
  }
  EXPECT_EQ(read_on(30, unlabelled(x_file())).block.dense, x_) << "more ranks than rows";
}

TEST_F(NumpyReader, EveryTypeInBothOrdersOfBytesIsReadAsItsValues) {
  const auto read = [&](const std::string& type, const std::string& values) {
    const ReadSettings settings = unlabelled(npy_file(type, "(3, 1)", values));
    return read_on(2, settings).block.dense;
  };
  EXPECT_EQ(read("|b1", "\0\1\2"s), (Numbers{0, 1, 1}));
  EXPECT_EQ(read("|u1", "\x00\x80\xff"s), (Numbers{0, 128, 255}));
  EXPECT_EQ(read("|i1", "\x00\x80\x7f"s), (Numbers{0, -128, 127}));
  const auto both = [&]<typename T>(const std::string& type, const std::vector<T>& values) {
    const std::string bytes = bytes_of(values);
    EXPECT_EQ(read('<' + type, bytes), Numbers(values.begin(), values.end())) << type;
    EXPECT_EQ(read('>' + type, turned<T>(bytes)), Numbers(values.begin(), values.end())) << type;
  };
  both("i2", std::vector<std::int16_t>{-32768, 7, 32767});
  both("u2", std::vector<std::uint16_t>{0, 7, 65535});
  both("i4", std::vector<std::int32_t>{-2147483647 - 1, 7, 2147483647});
  both("u4", std::vector<std::uint32_t>{0, 7, 4294967295});
  both("i8", std::vector<std::int64_t>{-(1LL << 53), 7, 1LL << 62});
  both("u8", std::vector<std::uint64_t>{0, 7, 1ULL << 63});
  both("f4", std::vector<float>{1.5F, -0.1F, 1e-40F});
  both("f8", Numbers{1.5, -0.1, 5e-324});
  const std::vector<std::uint16_t> halves = {0x3c01, 0x8001, 0x7bff};  // above 1, the least one negative, the largest
  const Numbers values = {1 + std::ldexp(1, -10), -std::ldexp(1, -24), 65504};
  EXPECT_EQ(read("<f2", bytes_of(halves)), values);
  EXPECT_EQ(read(">f2", turned<std::uint16_t>(bytes_of(halves))), values);
}

TEST_F(NumpyReader, HeadersOfEveryVersionAndSpellingAreRead) {
  const std::string values = bytes_of(Numbers{1, 2});
  for (const std::string header : {"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }",
                                   "{\"shape\":(2L,1),\"fortran_order\":True,\"descr\":\"<f8\"}"}) {
    for (const char version : {'\1', '\2', '\3'}) {
      EXPECT_EQ(read_on(1, unlabelled(npy_with_header(header, values, version))).block.dense, (Numbers{1, 2}));
    }
  }
}

TEST_F(NumpyReader, LabelsAreNumbersOrTextsAndStandBesideTheRowsOrWhereTheOptionSays) {
  const std::string points = bytes_of(std::vector<std::uint32_t>{'n', 'o', 0x1f600, 0xe9, 0, 0});
  const std::string rows = npy_file("<f8", "(2, 1)", bytes_of(Numbers{1, 2}));
  const auto classes = [&](const std::string& labels) {
    ReadSettings settings = two_files(rows, labels);
    settings.label_kind = LabelKind::classes;
    return read_on(2, settings).schema.class_names();
  };
  EXPECT_EQ(classes(npy_file("<U3", "(2,)", points)), (Names{"no😀", "é"}));
  EXPECT_EQ(classes(npy_file("|S3", "(2, 1)", "a\0\0bcd"s)), (Names{"a", "bcd"}));
  const std::vector<std::uint64_t> large = {9007199254740992, 9007199254740993};
  EXPECT_EQ(classes(npy_file("<u8", "(2,)", bytes_of(large))), (Names{"9007199254740992", "9007199254740993"}));

  ReadSettings settings = data_file(folder_, "rows.npy", rows);
  EXPECT_EQ(error(settings), "65 FILE: no labels; name their file with --labels");
  settings.labels = folder_ / "y.npy";
  write_text(settings.labels, npy_file("<f4", "(2,)", bytes_of(std::vector<float>{0.5F, 1})));
  EXPECT_EQ(read_on(2, settings).block.label, (Numbers{0.5, 1}));
  write_text(settings.labels, npy_file("<f8", "(3,)", bytes_of(Numbers{1, 2, 3})));
  EXPECT_THAT(error(settings), HasSubstr("y.npy: needs one value for each of the 2 rows of /X (saw 3)"));

  EXPECT_EQ(usual_npy_labels("a/X.npy"), "a/y.npy");
  EXPECT_EQ(usual_npy_labels("X/x_train.npy"), "X/y_train.npy");
  EXPECT_EQ(usual_npy_labels("x-test-X.npy"), "x-test-y.npy");
  EXPECT_EQ(usual_npy_labels("train_images.npy"), "train_labels.npy");
  EXPECT_EQ(usual_npy_labels("X/max.npy"), "");
}

TEST_F(NumpyReader, AnArchiveHasTheArraysOfHdf5) {
  const Numbers weight(kRows, 0.5);
  Members members = {{"rows/x.npy", x_file()},
                     {"t.npy", y_file()},
                     {"weight.npy", npy_file("<f8", "(23,)", bytes_of(weight))},
                     {"feature_names.npy", npy_file("|S1", "(3,)", "abc")},
                     {"class_names.npy", npy_file("|S1", "(3,)", "pqr")},
                     {"objects.npy", npy_file("|O", "(1,)", "pickled")}};
  for (const bool is_deflated : {false, true}) {
    ReadSettings settings = archive(members, is_deflated);
    settings.label_kind = LabelKind::classes;
    EXPECT_EQ(error(settings),
              "65 FILE: no dataset /X (the features); name it with --x-name (the file holds /class_names, "
              "/feature_names, /objects, /rows/x, /t, /weight)");
    settings.x_name = "rows/x";
    settings.y_name = "t";
    settings.drop = {"b"};
    settings.offset_column = "t";
    const RawData data = read_on(3, settings);
    EXPECT_EQ(data.schema.class_names(), (Names{"p", "q", "r"}));
    EXPECT_EQ(data.schema.feature_names(), (Names{"a", "c"}));
    EXPECT_EQ(data.block.weight, weight);
    EXPECT_EQ(data.block.offset, Numbers(y_.begin(), y_.end()));
    settings.drop = {};
    settings.weight_column = "objects";
    EXPECT_THAT(error(settings), HasSubstr("FILE: /objects: values of type '|O': Python objects"));
  }
  const ReadSettings sparse = archive({{"indptr.npy", y_file()}, {"data.npy", y_file()}}, true);
  EXPECT_THAT(error(sparse), HasSubstr("65 FILE: a sparse matrix of SciPy's"));
}

TEST_F(NumpyReader, TheFirstBadRowIsNamedInPlainFilesAndArchives) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  x_[16 * kColumns + 2] = nan;
  x_[18 * kColumns] = nan;
  EXPECT_EQ(error(two_files(x_file(), y_file())), "65 FILE: row 17, column 3: value is not finite (saw 'nan')");
  EXPECT_EQ(error(archive({{"X.npy", x_by_columns()}, {"y.npy", y_file()}}, true)),
            "65 FILE: /X: row 17, column 3: value is not finite (saw 'nan')");
  Numbers labels(kRows, 1.0);
  labels[4] = nan;
  EXPECT_THAT(error(two_files(x_file(), npy_file("<f8", "(23,)", bytes_of(labels)))),
              HasSubstr("y.npy: row 5: missing value in the label (saw 'nan')"));
  const std::vector<std::int64_t> integers = {1, 2, 3, (1LL << 53) + 1};
  EXPECT_THAT(error(unlabelled(npy_file("<i8", "(2, 2)", bytes_of(integers)))),
              HasSubstr("65 FILE: row 2, column 2: the integer 9007199254740993 would lose digits"));
}

TEST_F(NumpyReader, DamagedHeadersAndForeignTypesAreRefused) {
  const std::string values = bytes_of(Numbers{1, 2});
  const auto refusal = [&](const std::string& header) { return error(unlabelled(npy_with_header(header, values))); };
  const auto of_type = [&](const std::string& type) { return error(unlabelled(npy_file(type, "(2, 1)", values))); };
  for (const std::string header :
       {"", "{", "{}", "[1]", "{'descr': '<f8'}", "{'descr': '<f8', 'fortran_order': 0, 'shape': (2, 1)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, -1)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1)} or __import__('os')",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), 'x': 1}",
        "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (2, 1)}",
        "{'descr': '\\x3cf8', 'fortran_order': False, 'shape': (2, 1)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999, 1)}"}) {
    EXPECT_THAT(refusal(header), HasSubstr("65 FILE: damaged header of a .npy file: expected ")) << header;
  }
  EXPECT_EQ(refusal("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 1)}"),
            "65 FILE: the header promises 3 × 1 values of type <f8, 16 bytes follow it");
  EXPECT_THAT(refusal("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4)}"),
              HasSubstr("16 bytes follow it"));
  EXPECT_THAT(refusal("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1)}"), HasSubstr("16 bytes follow it"));
  EXPECT_THAT(refusal("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,)}"),
              HasSubstr("an array of records"));
  EXPECT_THAT(refusal("{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}"),
              HasSubstr("features need 2 dimensions, rows × columns (saw 1); in NumPy X.reshape(-1, 1)"));
  EXPECT_THAT(refusal("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2, 1)}"),
              HasSubstr("(saw 3); in NumPy X.reshape(len(X), -1)"));
  EXPECT_THAT(of_type("|O"), HasSubstr("FILE: values of type '|O': Python objects, which only a pickle gives back"));
  EXPECT_THAT(of_type("<c16"), HasSubstr("complex numbers"));
  EXPECT_THAT(of_type("<M8[ns]"), HasSubstr("dates"));
  EXPECT_THAT(of_type("|V8"), HasSubstr("records"));
  EXPECT_THAT(of_type("<f16"), HasSubstr("save a.astype(float)"));
  EXPECT_THAT(of_type("|i4"), HasSubstr("the order of its bytes is missing"));
  EXPECT_THAT(of_type("<U2"), HasSubstr("numbers expected"));
  EXPECT_THAT(error(unlabelled("\x93NUMPY\x09\0\x10\0"s)), HasSubstr("version 9.0 of the .npy format"));
  EXPECT_THAT(error(unlabelled("\x93NUMPY\x02\0\xff\xff\xff\xff{"s)), HasSubstr("it shall have 4294967295 bytes"));
  EXPECT_THAT(error(unlabelled("\x93NUM"s)), HasSubstr("not a .npy file"));
}

TEST_F(NumpyReader, DamagedArchivesAreRefused) {
  const Members members = {{"X.npy", x_file()}, {"y.npy", y_file()}};
  const std::string stored = zip_file(members, false);
  const auto damaged = [&](std::string file, std::size_t at, char value) {
    file[at] = value;
    return error(data_file(folder_, "d.npz", file));
  };
  EXPECT_EQ(damaged(stored, 35 + x_file().size() - 9, 'x'),
            "65 FILE: /X: the data are damaged (their checksum differs)");
  const std::string packed = zip_file(members, true);
  const std::size_t packed_bytes = deflated(x_file()).size();
  std::size_t refused = 0;
  for (std::size_t at = 35; at < 35 + packed_bytes; ++at) {
    refused += damaged(packed, at, static_cast<char>(packed[at] ^ 0x10)).starts_with("65 FILE: /X: ") ? 1 : 0;
  }
  EXPECT_EQ(refused, packed_bytes) << "every damaged byte shows";
  for (const std::string& file : {stored.substr(0, stored.size() - 1), stored.substr(0, 60), packed + "more"}) {
    EXPECT_EQ(error(data_file(folder_, "d.npz", file)), "65 FILE: damaged zip archive: it is cut off, or no archive");
  }
  const std::size_t entry = packed.find("PK\x01\x02");
  EXPECT_THAT(damaged(packed, entry + 8, 1), HasSubstr("member 'X.npy' is encrypted"));
  EXPECT_THAT(damaged(packed, entry + 10, 12), HasSubstr("is packed by method 12"));
  EXPECT_THAT(damaged(packed, entry + 27, 0x7f), HasSubstr("cannot hold the"));
  EXPECT_THAT(damaged(packed, entry + 24, static_cast<char>(packed[entry + 24] - 1)), HasSubstr("65 FILE: /X: "));
  EXPECT_THAT(damaged(packed, entry + 44, 0x7f), HasSubstr("is cut off"));
  EXPECT_THAT(error(archive({{"X.npy", x_file()}, {"X.npy", x_file()}}, true)),
              HasSubstr("the name 'X.npy' stands twice"));
  // A bad row before the damage comes first, on any ranks.
  x_[0] = std::numeric_limits<double>::infinity();
  std::string both = zip_file({{"X.npy", x_file()}, {"y.npy", y_file()}}, true);
  both[both.find("PK\x01\x02") + 16] ^= 1;  // the checksum
  ReadSettings settings = data_file(folder_, "d.npz", both);
  EXPECT_THAT(error(settings), HasSubstr("their checksum differs")) << "the sample that ids are looked for in is read";
  expect_features(settings, kColumns);
  EXPECT_EQ(error(settings), "65 FILE: /X: row 1, column 1: value is not finite (saw 'inf')");
}

TEST_F(NumpyReader, FormatIsToldByContentAndANameOfAnotherIsRefused) {
  ReadSettings settings = two_files(x_file(), y_file());
  std::filesystem::copy_file(settings.path, folder_ / "data");
  settings.path = folder_ / "data";
  settings.labels = folder_ / "y.npy";
  EXPECT_EQ(read_on(2, settings).total_rows, kRows);
  settings.format = format_named("csv");
  settings.labels = "";
  EXPECT_EQ(error(settings), "65 FILE: the content is .npy, not CSV as --format says; leave it out");
  settings = archive({{"X.npy", x_file()}, {"y.npy", y_file()}}, true);
  settings.format = format_named("npz");
  EXPECT_EQ(read_on(2, settings).total_rows, kRows);
}

}  // namespace
}  // namespace lockstep::testing
