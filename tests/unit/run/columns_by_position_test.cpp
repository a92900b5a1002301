/// Tables without a header: which widths are understood, and what their columns are then.
#include "run/columns_by_position.h"

#include "lockstep/base/errors.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

using Columns = std::vector<std::string>;

/// The tables that models were trained on.
enum class Trained { label_first, label_last, with_others, without_header, before_columns_were_stored, no_table };

struct Training {
  ModelFile file;
  ReadSettings stored;
};

Training training(Trained table) {
  Training trained;
  ModelFile& file = trained.file;
  file.model.features = 2;
  switch (table) {
    case Trained::label_first:
      file.schema = schema_of_table({"z", "a", "b"}, {"a", "b"}, "z", {});
      break;
    case Trained::label_last:
      file.schema = schema_of_table({"a", "b", "z"}, {"a", "b"}, "z", {});
      break;
    case Trained::with_others:
      file.schema = schema_of_table({"id", "z", "a", "w", "b", "o"}, {"a", "b"}, "z", {});
      trained.stored.drop = {"id"};
      trained.stored.weight_column = "w";
      trained.stored.offset_column = "o";
      break;
    case Trained::without_header:
      file.schema = schema_of_table({"c1", "c2", "c3", "c4"}, {"c1", "c4"}, "c3", {});
      trained.stored.drop = {"c2"};
      break;
    case Trained::before_columns_were_stored:
      file.schema = schema_of_names(2, {"c1", "c4"}, "c3", {});
      trained.stored.drop = {"c2"};
      break;
    case Trained::no_table:
      file.schema = schema_of_names(2, {}, "", {});
      break;
  }
  return trained;
}

struct PositionCase {
  std::string name;
  Trained table;
  std::int64_t columns;
  bool label_optional;
  std::function<void(ReadSettings&)> user;
  // What is expected; no label: 65.
  std::string label;
  Columns drop;
  std::string weight;
  std::string offset;
  std::string missing_weight;
};

void PrintTo(const PositionCase& one, std::ostream* out) {
  *out << one.name;
}

StoredColumns match(const PositionCase& one) {
  const Training trained = training(one.table);
  ReadSettings read;
  read.path = "d.csv";
  read.label_optional = one.label_optional;
  one.user(read);
  return columns_by_position(read, trained.stored, trained.file, one.columns);
}

void nothing(ReadSettings&) {}

class PositionOf : public ::testing::TestWithParam<PositionCase> {};

TEST_P(PositionOf, ColumnsIsThatOfTraining) {
  const PositionCase& one = GetParam();
  const StoredColumns found = match(one);
  EXPECT_EQ(found.read.label_column, one.label);
  EXPECT_THAT(found.read.drop, ElementsAreArray(one.drop));
  EXPECT_EQ(found.read.weight_column, one.weight);
  EXPECT_EQ(found.read.offset_column, one.offset);
  EXPECT_EQ(found.missing_weight, one.missing_weight);
  EXPECT_THAT(found.notice, HasSubstr("d.csv: no header: "));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, PositionOf,
    ::testing::Values(
        PositionCase{"LabelFirst", Trained::label_first, 3, false, nothing, "c1", {}, "", "", ""},
        PositionCase{"LabelFirstToPredict", Trained::label_first, 3, true, nothing, "c1", {}, "", "", ""},
        PositionCase{"LabelLast", Trained::label_last, 3, false, nothing, "c3", {}, "", "", ""},
        PositionCase{"FeaturesAlone", Trained::label_first, 2, true, nothing, "", {}, "", "", ""},
        PositionCase{"LabelWhereTheUserSays",
                     Trained::label_last,
                     3,
                     false,
                     [](ReadSettings& read) { read.label_column = "c1"; },
                     "c1",
                     {},
                     "",
                     "",
                     ""},
        PositionCase{"AllRoles", Trained::with_others, 6, false, nothing, "c2", {"c1"}, "c4", "c6", ""},
        PositionCase{"AllRolesToPredict", Trained::with_others, 6, true, nothing, "c2", {"c1", "c4"}, "", "c6", ""},
        PositionCase{"DroppedColumnAsId",
                     Trained::with_others,
                     6,
                     true,
                     [](ReadSettings& read) { read.id_column = "c1"; },
                     "c2",
                     {"c4"},
                     "",
                     "c6",
                     ""},
        PositionCase{"IdBeforeThem",
                     Trained::label_first,
                     4,
                     true,
                     [](ReadSettings& read) { read.id_column = "c1"; },
                     "c2",
                     {},
                     "",
                     "",
                     ""},
        PositionCase{"FeaturesAndWhatTheUserNames",
                     Trained::with_others,
                     4,
                     false,
                     [](ReadSettings& read) {
                       read.label_column = "c1";
                       read.offset_column = "c4";
                     },
                     "c1",
                     {},
                     "",
                     "c4",
                     "w"},
        PositionCase{"WithoutHeader", Trained::without_header, 4, false, nothing, "c3", {"c2"}, "", "", ""},
        PositionCase{"FeaturesOfWithoutHeader", Trained::without_header, 2, true, nothing, "", {}, "", "", ""},
        PositionCase{"ModelOfAnEarlierVersion",
                     Trained::before_columns_were_stored,
                     4,
                     false,
                     nothing,
                     "c3",
                     {"c2"},
                     "",
                     "",
                     ""},
        PositionCase{"NoTable", Trained::no_table, 3, false, nothing, "c3", {}, "", "", ""},
        PositionCase{"NoTableToPredict", Trained::no_table, 2, true, nothing, "", {}, "", "", ""}),
    [](const auto& one) { return one.param.name; });

class WidthOf : public ::testing::TestWithParam<PositionCase> {};

TEST_P(WidthOf, AnotherTableIsRefusedWithBothWidths) {
  const PositionCase& one = GetParam();
  try {
    match(one);
    ADD_FAILURE() << "not refused";
  } catch (const DataError& error) {
    const std::size_t trained = one.table == Trained::with_others ? 6 : one.table == Trained::without_header ? 4 : 3;
    EXPECT_THAT(error.what(), AllOf(HasSubstr("d.csv: "), HasSubstr(std::to_string(one.columns) + " columns"),
                                    HasSubstr("trained on " + std::to_string(trained)), HasSubstr("2 features")));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, WidthOf,
    ::testing::Values(
        PositionCase{"FeaturesAloneToEvaluate", Trained::label_last, 2, false, nothing, "", {}, "", "", ""},
        PositionCase{"OneFeature", Trained::label_last, 1, true, nothing, "", {}, "", "", ""},
        PositionCase{"OneColumnMore", Trained::label_last, 4, true, nothing, "", {}, "", "", ""},
        PositionCase{"WithoutTheDropped", Trained::without_header, 3, true, nothing, "", {}, "", "", ""},
        PositionCase{"FeaturesWithoutTheOffset", Trained::with_others, 2, true, nothing, "", {}, "", "", ""},
        PositionCase{"FeatureAsId",
                     Trained::label_first,
                     3,
                     true,
                     [](ReadSettings& read) {
                       read.id_column = "c2";
                       read.drop = {"c1"};
                     },
                     "",
                     {},
                     "",
                     "",
                     ""}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace lockstep::testing
