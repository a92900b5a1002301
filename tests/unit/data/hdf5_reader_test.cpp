#include "io/hdf5_image.h"

#include <cmath>
#include <limits>

#include "unit/data/data_files.h"
#include <gmock/gmock.h>

namespace lockstep::testing {
namespace {

using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

class Hdf5Reader : public ::testing::Test {
 protected:
  /// X is written with `columns` columns; further datasets by `more`.
  ReadSettings file(const Numbers& x, std::int64_t columns, const std::function<void(Hdf5ImageWriter&)>& more = {}) {
    Hdf5ImageWriter writer;
    writer.write("/X", x, {std::ssize(x) / columns, columns});
    if (more) {
      more(writer);
    }
    ReadSettings settings;
    settings.path = folder_ / "data.h5";
    write_bytes(settings.path, writer.finish());
    return settings;
  }

  TemporaryFolder folder_;
};

TEST_F(Hdf5Reader, ReadsTheSameRowsOnAnyNumberOfRanks) {
  constexpr int kRows = 53;
  Numbers x, y, weight, offset;
  Names id;
  for (int i = 0; i < kRows; ++i) {
    x.insert(x.end(), {i * 1.0, i * 0.5, -i * 1.0});
    y.push_back(i * 2);
    weight.push_back(i % 3);
    offset.push_back(i * 0.25);
    id.push_back("row " + std::to_string(i));
  }
  ReadSettings settings = file(x, 3, [&](Hdf5ImageWriter& writer) {
    writer.write("/y", y);
    writer.write("/weight", weight);
    writer.write("/offset", offset);
    writer.write("/id", id);
    writer.write("/feature_names", Names{"a", "b", "c"});
  });
  settings.id_column = "id";
  for (int ranks = 1; ranks <= 12; ++ranks) {
    const RawData data = read_on(ranks, settings);
    EXPECT_EQ(data.block.dense, x);
    EXPECT_EQ(data.block.label, y);
    EXPECT_EQ(data.block.weight, weight);
    EXPECT_EQ(data.block.offset, offset);
    EXPECT_EQ(data.block.id, id);
    EXPECT_EQ(data.schema.feature_names(), (Names{"a", "b", "c"}));
  }
}

TEST_F(Hdf5Reader, ColumnsAreDroppedAndPickedByName) {
  ReadSettings settings = file({1, 2, 3, 4, 5, 6}, 3, [](Hdf5ImageWriter& writer) {
    writer.write("/feature_names", Names{"a", "b", "c"});
  });
  settings.label_optional = true;
  settings.drop = {"b"};
  EXPECT_EQ(read_on(2, settings).block.dense, (Numbers{1, 3, 4, 6}));
  settings.drop = {};
  expect_names(settings, {"c", "a"});
  EXPECT_EQ(read_on(2, settings).block.dense, (Numbers{3, 1, 6, 4}));
  expect_names(settings, {"c", "d"});
  expect_error(settings, "65 FILE: the file lacks 1 of the model's 2 feature columns: 'd'");
}

TEST_F(Hdf5Reader, WithoutNamesTheWidthMustFit) {
  ReadSettings settings = file({1, 2, 3, 4}, 2);
  settings.label_optional = true;
  expect_names(settings, {"a", "b"});
  EXPECT_EQ(read_on(1, settings).block.dense, (Numbers{1, 2, 3, 4}));
  expect_names(settings, {"a", "b", "c"});
  expect_error(settings, "65 FILE: the file has 2 feature columns, the model has 3");
}

TEST_F(Hdf5Reader, LabelsAreNumbersTextsOrNumbersOfClassNames) {
  const auto read_classes = [&](const std::function<void(Hdf5ImageWriter&)>& more) {
    ReadSettings settings = file({1, 2, 3}, 1, more);
    settings.label_kind = LabelKind::classes;
    return read_on(2, settings);
  };
  RawData data = read_classes([](Hdf5ImageWriter& writer) { writer.write("/y", Numbers{1, -1, 1}); });
  EXPECT_EQ(data.schema.class_names(), (Names{"-1", "1"}));
  EXPECT_EQ(data.block.label, (Numbers{1, 0, 1}));
  data = read_classes([](Hdf5ImageWriter& writer) { writer.write("/y", Names{"M", "B", "M"}); });
  EXPECT_EQ(data.schema.class_names(), (Names{"B", "M"}));
  EXPECT_EQ(data.block.label, (Numbers{1, 0, 1}));
  data = read_classes([](Hdf5ImageWriter& writer) {
    writer.write("/y", std::vector<std::int64_t>{1, 0, 1});
    writer.write("/class_names", Names{"B", "M"});
  });
  EXPECT_EQ(data.schema.class_names(), (Names{"B", "M"}));
  EXPECT_EQ(data.block.label, (Numbers{1, 0, 1}));
  data = read_classes([](Hdf5ImageWriter& writer) {
    writer.write("/y", std::vector<std::int64_t>{1, 0, 1});
    writer.write("/class_names", Names{"DE", "NA"});
  });
  EXPECT_EQ(data.schema.class_names(), (Names{"DE", "NA"})) << "declared to be a class, whatever its name";
}

TEST_F(Hdf5Reader, BadContentIsReportedWithItsRowAndColumn) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Numbers x(60, 1.0);
  x[16 * 3 + 2] = nan;
  x[18 * 3] = nan;
  const auto labels = [](double bad_row_3) {
    return [bad_row_3](Hdf5ImageWriter& writer) {
      Numbers y(20, 1.0);
      y[2] = bad_row_3;
      writer.write("/y", y);
    };
  };
  expect_error(file(x, 3, labels(1)), "65 FILE: /X: row 17, column 3: value is not finite (saw 'nan')");
  expect_error(file(x, 3, labels(nan)),
               "65 FILE: /y: row 3: missing value in the label (saw 'nan'); leave the row out or fill it in");
  x.assign(60, 1.0);
  for (const auto& shape : {std::vector<std::int64_t>{20, 1}, std::vector<std::int64_t>{1, 20}}) {
    expect_error(file(x, 20, [&](Hdf5ImageWriter& writer) { writer.write("/y", Numbers(20, 1.0), shape); }),
                 "65 FILE: /y: needs one value for each of the 3 rows of /X (saw " + std::to_string(shape[0]) + " × " +
                     std::to_string(shape[1]) + "); /X is 3 × 20: is it transposed? rows × columns are wanted");
  }
  expect_error(file(x, 3), "65 FILE: no dataset /y (the labels); name it with --y-name (the file holds /X)");
  expect_error(file(x, 3, [](Hdf5ImageWriter& writer) { writer.write("/y", Numbers(19, 1.0)); }),
               "65 FILE: /y: needs one value for each of the 20 rows of /X (saw 19)");
  expect_error(file(x, 3, [](Hdf5ImageWriter& writer) { writer.write("/y", Names(20, "M")); }),
               "65 FILE: /y: row 1: labels must be numbers for this model (saw 'M'); name another column with "
               "--label-column, or train a classifier");
  expect_error(file(x, 3,
                    [&](Hdf5ImageWriter& writer) {
                      labels(1)(writer);
                      Numbers weight(20, 1.0);
                      weight[8] = -1;
                      writer.write("/weight", weight);
                    }),
               "65 FILE: /weight: row 9: weight must be at least 0 (saw '-1')");
  ReadSettings settings = file(x, 3, [&](Hdf5ImageWriter& writer) {
    labels(2)(writer);
    writer.write("/class_names", Names{"B", "M"});
  });
  settings.label_kind = LabelKind::classes;
  expect_error(settings, "65 FILE: /y: row 3: label is not a number of a class in /class_names, 0 to 1 (saw '2')");
  settings = file(x, 3, labels(7));
  settings.label_kind = LabelKind::classes;
  settings.expected.set_class_names({"0", "1"});
  expect_error(settings, "65 FILE: /y: row 3: label '7' is not among the model's classes (0, 1)");
}

TEST_F(Hdf5Reader, ExposureAddsItsLogarithmToTheOffset) {
  const auto exposed = [&](const Numbers& exposure, bool has_offset) {
    ReadSettings settings = file({1, 2, 3}, 1, [&](Hdf5ImageWriter& writer) {
      writer.write("/exposure", exposure);
      if (has_offset) {
        writer.write("/offset", Numbers{0.5, 0.25, -1});
      }
    });
    settings.label_optional = true;
    settings.exposure_column = "exposure";
    return settings;
  };
  EXPECT_EQ(read_on(2, exposed({2, 1, 0.5}, false)).block.offset, (Numbers{std::log(2.0), 0, std::log(0.5)}));
  EXPECT_EQ(read_on(2, exposed({2, 1, 0.5}, true)).block.offset,
            (Numbers{0.5 + std::log(2.0), 0.25, -1 + std::log(0.5)}));
  expect_error(exposed({1, 0, 1}, false), "65 FILE: /exposure: row 2: exposure must be finite and above 0 (saw '0')");
  expect_error(exposed({1, 1, std::numeric_limits<double>::infinity()}, true),
               "65 FILE: /exposure: row 3: exposure must be finite and above 0 (saw 'inf')");
  ReadSettings settings = exposed({1, 1, 1}, false);
  settings.exposure_column = "other";
  expect_error(settings, "65 FILE: no dataset /other");
}

TEST_F(Hdf5Reader, WrongShapesAreRefused) {
  ReadSettings settings;
  settings.path = folder_ / "data.h5";
  Hdf5ImageWriter vector;
  vector.write("/X", Numbers{1, 2});
  write_bytes(settings.path, vector.finish());
  expect_error(settings, "65 FILE: /X: features need 2 dimensions, rows × columns (saw 1); in NumPy X.reshape(-1, 1)");
  Hdf5ImageWriter group;
  group.write("/X/data", Numbers{1, 2});
  write_bytes(settings.path, group.finish());
  expect_error(settings,
               "65 FILE: /X: is a group without /X/indices; features are a dataset of rows × columns, or a group of "
               "data, indices and indptr (compressed sparse rows)");
  settings.x_name = "features";
  expect_error(settings, "65 FILE: no dataset /features (the features); name it with --x-name (the file holds /X)");
}

TEST_F(Hdf5Reader, CategoricalColumnsOfAnnDataAreReadAsTheirCategories) {
  const auto write = [](std::int64_t last_code) {
    return [last_code](Hdf5ImageWriter& writer) {
      writer.write("/obs/kind/codes", std::vector<std::int64_t>{1, 0, 2, last_code});
      writer.write("/obs/kind/categories", Names{"no", "NA", "yes"});
      writer.write("/obs/dose/codes", std::vector<std::int64_t>{0, 1, 1, 0});
      writer.write("/obs/dose/categories", Numbers{0.5, 2});
      writer.write("/obs/age", Numbers{1, 2, 3, 4});
      writer.write("/var/_index", Names{"a", "b"});
    };
  };
  const Numbers x = {1, 2, 3, 4, 5, 6, 7, 8};
  ReadSettings settings = file(x, 2, write(0));
  settings.label_kind = LabelKind::classes;
  settings.label_column = "kind";  // of the rows: /obs/kind
  settings.weight_column = "obs/dose";
  settings.offset_column = "age";
  settings.id_column = "kind";
  for (const int ranks : {1, 3}) {
    const RawData data = read_on(ranks, settings);
    EXPECT_EQ(data.schema.class_names(), (Names{"NA", "no", "yes"})) << "declared to be a class, whatever its name";
    EXPECT_EQ(data.block.label, (Numbers{0, 1, 2, 1}));
    EXPECT_EQ(data.block.weight, (Numbers{0.5, 2, 2, 0.5}));
    EXPECT_EQ(data.block.offset, (Numbers{1, 2, 3, 4}));
    EXPECT_EQ(data.block.id, (Names{"NA", "no", "yes", "no"}));
    EXPECT_EQ(data.schema.feature_names(), (Names{"a", "b"}));
    EXPECT_EQ(data.schema.label_name(), "obs/kind");
  }
  for (const auto& [code, message] : {std::pair{3, "code is not the number of a category, 0 to 2 (saw '3')"},
                                      std::pair{-1, "missing value in the label"}}) {
    settings = file(x, 2, write(code));
    settings.label_kind = LabelKind::classes;
    settings.y_name = "obs/kind";
    EXPECT_THAT(error_on(2, settings), ::testing::HasSubstr(std::string("65 FILE: /obs/kind: row 4: ") + message));
    EXPECT_EQ(error_on(2, settings), error_on(1, settings));
  }
  settings.weight_column = "kind";
  EXPECT_THAT(error_on(2, settings), ::testing::HasSubstr("/obs/kind/categories: numbers expected (strings found)"));
}

TEST_F(Hdf5Reader, NamesOfAnnDataThatStandTwiceAreNone) {
  const RawData data = read_on(2, file({1, 2, 3, 4}, 2, [](Hdf5ImageWriter& writer) {
                                 writer.write("/y", Numbers{1, 2});
                                 writer.write("/var/_index", Names{"a", "a"});
                               }));
  EXPECT_TRUE(data.schema.feature_names().empty());
  EXPECT_THAT(data.notices,
              ::testing::Contains(::testing::HasSubstr("/var/_index: the name 'a' stands twice: columns")));
}

}  // namespace
}  // namespace lockstep::testing
