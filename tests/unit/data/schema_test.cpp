#include "data/schema.h"

#include "lockstep/base/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Schema, NamesFeaturesInTheOrderOfX) {
  Schema schema;
  schema.columns = {{.name = "b", .feature = 1},
                    {.name = "y", .role = ColumnRole::label},
                    {.name = "more", .role = ColumnRole::ignored},
                    {.name = "a", .feature = 0}};
  EXPECT_EQ(schema.features(), 2);
  EXPECT_THAT(schema.feature_names(), ElementsAre("a", "b"));
  EXPECT_EQ(schema.feature_name(0), "a");
  EXPECT_EQ(schema.label_name(), "y");
  EXPECT_THAT(schema.table_names(), IsEmpty()) << "it is no table";
  schema.is_table = true;
  EXPECT_THAT(schema.table_names(), ElementsAre("b", "y", "more", "a"));
}

/// A million columns of LIBSVM text are no million entries.
TEST(Schema, ARunOfFeaturesWithoutNamesIsOneColumn) {
  const Schema schema = schema_of_names(1000000, {}, "", {"0", "1"});
  EXPECT_EQ(schema.columns.size(), 2U);
  EXPECT_EQ(schema.features(), 1000000);
  EXPECT_THAT(schema.feature_names(), IsEmpty());
  EXPECT_EQ(schema.feature_name(7), "");
  EXPECT_THAT(schema.class_names(), ElementsAre("0", "1"));
}

TEST(Schema, TheLabelIsATextWhereItHasClasses) {
  Schema schema;
  EXPECT_THAT(schema.class_names(), IsEmpty());
  schema.set_class_names({"no", "yes"});
  EXPECT_EQ(schema.find(ColumnRole::label)->kind, ColumnKind::text);
  schema.set_class_names({});
  EXPECT_EQ(schema.find(ColumnRole::label)->kind, ColumnKind::number);
  EXPECT_EQ(schema.columns.size(), 1U);
}

TEST(Schema, OfATableLeavesOutFeaturesInAnotherOrder) {
  EXPECT_EQ(schema_of_table({"z", "a", "b"}, {"a", "b"}, "z", {}).features(), 2);
  EXPECT_EQ(schema_of_table({"z", "b", "a"}, {"a", "b"}, "z", {}).features(), 1);
}

TEST(ColumnWords, AreReadBack) {
  for (const ColumnRole role : {ColumnRole::ignored, ColumnRole::feature, ColumnRole::label, ColumnRole::weight,
                                ColumnRole::offset, ColumnRole::exposure, ColumnRole::id}) {
    EXPECT_EQ(column_role(to_string(role)), role);
  }
  for (const ColumnKind kind : {ColumnKind::number, ColumnKind::boolean, ColumnKind::text}) {
    EXPECT_EQ(column_kind(to_string(kind)), kind);
  }
  EXPECT_THROW(column_role("number"), ConfigurationError);
}

}  // namespace
}  // namespace lockstep
