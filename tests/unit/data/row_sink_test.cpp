/// A reader needs of a sink what RowSink has, and a format of its own no more than a registry row.
#include "data/row_sink.h"

#include "data/reader_format.h"
#include "data/resident_rows.h"
#include "io/hdf5_image.h"

#include <map>
#include <memory>

#include "unit/data/data_files.h"
#include <gmock/gmock.h>

namespace lockstep::testing {
namespace {

using ::testing::ElementsAre;
using namespace std::string_literals;

using Values = std::vector<double>;
using Texts = std::vector<std::string>;

/// Keeps what it is given.
struct Recorder final : RowSink {
  void reserve(Index, Index) override {}
  void number(Index column, double value) override { numbers[column].push_back(value); }
  void text(Index column, std::string_view value) override { texts[column].emplace_back(value); }
  void features(std::span<const double> values) override { append(dense, Values(values.begin(), values.end())); }
  void entries(std::span<const std::int32_t> feature, std::span<const double> value) override {
    append(columns, {feature.begin(), feature.end()});
    append(dense, Values(value.begin(), value.end()));
  }
  void end_row() override { ++rows; }

  std::map<Index, Values> numbers;
  std::map<Index, Texts> texts;
  Values dense;
  std::vector<std::int32_t> columns;
  Index rows = 0;
};

class Readers : public ::testing::Test {
 protected:
  /// The rows of a file in a sink that knows nothing of the file.
  Recorder record(const ReadSettings& settings) {
    SerialCommunicator comm;
    InputFile file(settings.path);
    const auto reader = detect_format(settings, file).open(settings, file, comm);
    Recorder recorder;
    reader->read(recorder, comm);
    outline_ = reader->outline();
    return recorder;
  }

  Texts roles() const {
    Texts words;
    for (const Column& column : outline_.schema.columns) {
      words.push_back(to_string(column.role));
    }
    return words;
  }

  TemporaryFolder folder_;
  FileOutline outline_;
};

TEST_F(Readers, OfCsvPushEachColumnByItsPlaceInTheTable) {
  ReadSettings settings = data_file(folder_, "a.csv", "k,b,y,w,a,e\nr1,1,p,2,3,4\nr2,5,q,6,7,8\n");
  settings.label_column = "y";
  settings.weight_column = "w";
  settings.exposure_column = "e";
  settings.id_column = "k";
  settings.label_kind = LabelKind::classes;
  const Recorder seen = record(settings);
  EXPECT_THAT(roles(), ElementsAre("id", "feature", "label", "weight", "feature", "exposure"));
  EXPECT_EQ(seen.rows, 2);
  EXPECT_THAT(seen.dense, ElementsAre(1, 3, 5, 7));
  EXPECT_THAT(seen.texts.at(0), ElementsAre("r1", "r2"));
  EXPECT_THAT(seen.texts.at(2), ElementsAre("p", "q"));
  EXPECT_THAT(seen.numbers.at(3), ElementsAre(2, 6));
  EXPECT_THAT(seen.numbers.at(5), ElementsAre(4, 8)) << "the sink takes the logarithm";
}

TEST_F(Readers, OfCsvPutFeaturesWhereTheModelHasThem) {
  ReadSettings settings = data_file(folder_, "a.csv", "b,more,a\n1,2,3\n");
  settings.label_kind = LabelKind::none;
  expect_names(settings, {"a", "b"});
  EXPECT_THAT(record(settings).dense, ElementsAre(3, 1));
  EXPECT_THAT(outline_.schema.feature_names(), ElementsAre("a", "b"));
  EXPECT_THAT(outline_.schema.table_names(), ElementsAre("b", "more", "a"));
}

TEST_F(Readers, OfLibsvmPushTheNonzerosOfARow) {
  const Recorder seen = record(data_file(folder_, "a.svm", "1 2:5 4:0\n-1\n1 1:6 3:7\n"));
  EXPECT_THAT(roles(), ElementsAre("label", "feature"));
  EXPECT_EQ(seen.rows, 3);
  EXPECT_THAT(seen.texts.at(0), ElementsAre("1", "-1", "1"));
  EXPECT_THAT(seen.columns, ElementsAre(1, 0, 2));
  EXPECT_THAT(seen.dense, ElementsAre(5, 6, 7));
  EXPECT_EQ(outline_.schema.features(), 4) << "zeros count for the width";
  EXPECT_TRUE(outline_.schema.feature_names().empty());
}

TEST_F(Readers, OfHdf5PushValuesAndTheTextsOfClasses) {
  Hdf5ImageWriter image;
  image.write("/X", Values{1, 2, 3, 4}, {2, 2});
  image.write("/feature_names", Texts{"a", "b"});
  image.write("/y", Values{1, 0});
  image.write("/class_names", Texts{"no", "yes"});
  image.write("/offset", Values{-1, -2});
  write_bytes(folder_ / "a.h5", image.finish());
  ReadSettings settings;
  settings.path = folder_ / "a.h5";
  const Recorder seen = record(settings);
  EXPECT_THAT(roles(), ElementsAre("feature", "feature", "label", "offset"));
  EXPECT_THAT(seen.dense, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(seen.texts.at(2), ElementsAre("yes", "no"));
  EXPECT_THAT(seen.numbers.at(3), ElementsAre(-1, -2));
  EXPECT_THAT(outline_.schema.class_names(), ElementsAre("no", "yes")) << "as the file declares them";
}

TEST_F(Readers, OfIdxPushLabelsAndThenBlocksOfValues) {
  write_text(folder_ / "labels-idx1-ubyte", idx_file(8, {2}, "\3\4"));
  const Recorder seen = record(data_file(folder_, "images-idx3-ubyte", idx_file(8, {2, 1, 2}, "\0\xff\xff\0"s)));
  EXPECT_THAT(roles(), ElementsAre("feature", "label"));
  EXPECT_EQ(seen.rows, 2);
  EXPECT_THAT(seen.dense, ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(seen.numbers.at(1), ElementsAre(3, 4));
}

/// A format that pushes one value at a time needs no bulk call.
TEST(ResidentRows, TakeFeaturesOneByOneAsInBulk) {
  for (const bool is_dense : {true, false}) {
    FileOutline outline;
    outline.is_dense = is_dense;
    outline.schema.columns = {{.name = "b", .feature = 1},
                              {.name = "y", .role = ColumnRole::label},
                              {.name = "o", .role = ColumnRole::offset},
                              {.name = "a", .feature = 0}};
    RowBlock block;
    const ReadSettings settings;
    ResidentRows rows(outline, settings, block);
    for (const double value : {1, 2}) {
      rows.number(3, 10 * value);
      rows.text(1, "5");
      rows.number(2, -value);
      rows.number(0, 0);
      rows.end_row();
    }
    Texts notices;
    SerialCommunicator comm;
    rows.finish_labels(comm, {}, notices);
    EXPECT_EQ(block.rows, 2);
    EXPECT_THAT(block.dense, is_dense ? Values({10, 0, 20, 0}) : Values());
    EXPECT_THAT(block.value, is_dense ? Values() : Values({10, 20}));
    EXPECT_EQ(block.row_start, is_dense ? std::vector<std::int64_t>() : std::vector<std::int64_t>({0, 1, 2}));
    EXPECT_THAT(block.label, ElementsAre(5, 5));
    EXPECT_THAT(block.offset, ElementsAre(-1, -2));
  }
}

TEST(Formats, HaveNamesOfTheirOwnAndAWayToBeTold) {
  Texts names = {format_name(nullptr)};
  for (const FormatRow& row : formats()) {
    EXPECT_EQ(format_named(row.name), &row);
    EXPECT_TRUE(row.fits_head != nullptr || row.fits_name != nullptr || row.fits_line != nullptr) << row.name;
    names.push_back(format_name(&row));
  }
  EXPECT_THAT(names, ElementsAre("auto", "csv", "libsvm", "hdf5", "idx", "npy", "npz", "vw"));
  try {
    format_named("xls");
    ADD_FAILURE() << "not refused";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "must be auto, csv, libsvm, hdf5, idx, npy, npz or vw");
  }
}

}  // namespace
}  // namespace lockstep::testing
