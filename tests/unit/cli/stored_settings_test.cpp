/// What the model knows of columns, other commands use.
#include "cli/stored_settings.h"

#include "io/hdf5_image.h"
#include "lockstep/base/errors.h"
#include "run/config_entries.h"

#include "unit/io/temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StoredColumnsTest : public ::testing::Test {
 protected:
  StoredColumnsTest() {
    trained_.data.path = "train.csv";
    file_.schema = schema_of_names(2, {"a", "b"}, "z", {});
    file_.model.features = 2;
  }

  ReadSettings data(const std::string& name, const std::string& text) const {
    write_text(folder_ / name, text);
    ReadSettings read;
    read.path = folder_ / name;
    return read;
  }

  StoredColumns columns(const ReadSettings& read) {
    std::vector<ConfigEntry> entries;
    for (const ConfigEntry& entry : config_entries(trained_)) {
      if (entry.shapes_result) {
        entries.push_back(entry);
      }
    }
    file_.configuration = to_toml(entries);
    return with_stored_columns(read, file_, "model.h5");
  }

  const TemporaryFolder folder_;
  TrainSettings trained_;
  ModelFile file_;
};

/// Headers in which another column bears a usual name of labels, or stands last.
class LabelTrap : public StoredColumnsTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(LabelTrap, LabelIsTheModelsAndNoOther) {
  const std::string header = GetParam();
  const StoredColumns found = columns(data("d.csv", header + "\n1,2,3,4\n5,6,7,8\n"));
  EXPECT_EQ(found.read.label_column, "z");
  EXPECT_EQ(found.label, "z");
}

INSTANTIATE_TEST_SUITE_P(Headers, LabelTrap,
                         ::testing::Values("a,b,y,z", "a,b,z,y", "z,a,b,target", "label,z,b,a", "class,a,z,b",
                                           "a,b,z,Zeit"));

TEST_F(StoredColumnsTest, ATableWithoutTheModelsLabelIsRefusedNotScoredOnAnother) {
  try {
    columns(data("d.csv", "a,b,y\n1,2,3\n"));
    ADD_FAILURE() << "not refused";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("no column 'z'"), HasSubstr("--label-column")));
  }
}

TEST_F(StoredColumnsTest, WhatTheUserSaysCounts) {
  trained_.data.drop = {"y"};
  trained_.data.weight_column = "w";
  ReadSettings read = data("d.csv", "a,b,y,z,w,v\n1,2,3,4,5,6\n");
  read.label_column = "y";
  read.weight_column = "v";
  const StoredColumns found = columns(read);
  EXPECT_EQ(found.read.label_column, "y");
  EXPECT_EQ(found.read.weight_column, "v");
  EXPECT_EQ(found.label, "");
  EXPECT_THAT(found.read.drop, IsEmpty()) << "a label is not dropped";
}

TEST_F(StoredColumnsTest, RolesAndDroppedColumnsAreThoseOfTraining) {
  trained_.data.weight_column = "w";
  trained_.data.offset_column = "o";
  trained_.data.exposure_column = "e";
  trained_.data.drop = {"y", "id"};
  const StoredColumns found = columns(data("d.csv", "id,a,b,y,z,w,o,e\n1,2,3,4,5,6,7,8\n"));
  EXPECT_EQ(found.read.weight_column, "w");
  EXPECT_EQ(found.read.offset_column, "o");
  EXPECT_EQ(found.read.exposure_column, "e");
  EXPECT_THAT(found.read.drop, ElementsAre("y", "id"));
  EXPECT_EQ(found.missing_weight, "");
}

TEST_F(StoredColumnsTest, MissingWeightsAreSaid) {
  trained_.data.weight_column = "w";
  const StoredColumns found = columns(data("d.csv", "a,b,z\n1,2,3\n"));
  EXPECT_EQ(found.read.weight_column, "");
  EXPECT_EQ(found.missing_weight, "w");
  EXPECT_THAT(notices_of(found), ElementsAre(HasSubstr("no column 'w'")));
}

TEST_F(StoredColumnsTest, LibsvmTextHasNoColumnsToNameOrDrop) {
  trained_.data.drop = {"y"};
  const StoredColumns found = columns(data("d.svm", "1 1:2 2:3\n"));
  EXPECT_EQ(found.read.label_column, "");
  EXPECT_THAT(found.read.drop, IsEmpty());
}

TEST_F(StoredColumnsTest, ATableWithoutAHeaderIsTakenByItsPlaces) {
  file_.schema = schema_of_table({"z", "a", "b"}, {"a", "b"}, "z", {});
  const StoredColumns found = columns(data("d.csv", "1,2,3\n4,5,6\n"));
  EXPECT_EQ(found.read.label_column, "c1");
  EXPECT_EQ(found.label, "z");
  EXPECT_THAT(notices_of(found), ElementsAre(HasSubstr("the label 'z' in column 1")));
}

/// A model of LIBSVM text, say, on a table with names.
TEST_F(StoredColumnsTest, AModelWithoutNamesSaysThatItTakesColumnsByTheirPlaces) {
  file_.schema = schema_of_names(2, {}, "", {});
  EXPECT_THAT(notices_of(columns(data("d.csv", "a,b,y\n1,2,3\n"))), ElementsAre(HasSubstr("taken by their places")));
}

TEST_F(StoredColumnsTest, InHdf5TheDatasetOfTheLabelsNameElseTheOneTheUserNames) {
  Hdf5ImageWriter image;
  image.write("/X", std::vector<double>{1, 2}, {1, 2});
  image.write("/y", std::vector<double>{1});
  image.write("/z", std::vector<double>{1});
  write_bytes(folder_ / "d.h5", image.finish());
  ReadSettings read;
  read.path = folder_ / "d.h5";
  EXPECT_EQ(columns(read).read.label_column, "z");
  read.y_name = "z2";
  EXPECT_EQ(columns(read).read.label_column, "");
}

/// Predictions need no labels: what looks like them does not matter.
TEST_F(StoredColumnsTest, PredictionsLookForNoLabels) {
  trained_.data.offset_column = "o";
  ReadSettings read = data("d.csv", "a,b,o\n1,2,3\n");
  read.label_optional = true;
  const StoredColumns found = columns(read);
  EXPECT_EQ(found.read.label_column, "");
  EXPECT_EQ(found.read.offset_column, "o");
}

}  // namespace
}  // namespace lockstep::testing
