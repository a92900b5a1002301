// Columns of categories and with missing values: what they become in X.
#include <cmath>
#include <string>
#include <vector>

#include "unit/data/data_files.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

class Columns : public ::testing::Test {
 protected:
  ReadSettings file(const std::string& content) { return data_file(folder_, "data.csv", content); }

  /// The rows of X that all numbers of ranks read alike, dense.
  Numbers rows_of(const ReadSettings& settings) {
    Numbers first;
    for (const int ranks : kRankCounts) {
      const RawData data = read_on(ranks, settings);
      schema_ = data.schema;
      notices_ = data.notices;
      const Numbers rows = dense_rows(data.block);
      EXPECT_TRUE(first.empty() || rows == first) << ranks << " ranks";
      first = rows;
    }
    return first;
  }

  std::string error_of(const ReadSettings& settings) { return error_on(2, settings); }

  TemporaryFolder folder_;
  Schema schema_;
  Names notices_;
};

const std::string kJobs = "job,age,y\nnurse,30,1\ncook,41,2\nnurse,25,3\nbaker,60,4\n";

TEST_F(Columns, OfWordsAreCategoriesAndItIsSaid) {
  EXPECT_EQ(rows_of(file(kJobs)), (Numbers{0, 1, 30, 1, 0, 41, 0, 1, 25, 0, 0, 60}));
  EXPECT_THAT(schema_.feature_names(), ElementsAre("job=cook", "job=nurse", "age"));
  EXPECT_THAT(schema_.input_names(), ElementsAre("job", "age"));
  EXPECT_EQ(schema_.feature_name(1), "job=nurse");
  EXPECT_EQ(schema_.feature_name(2), "age");
  EXPECT_THAT(notices_, ElementsAre(HasSubstr("taken for categories: 'job' (3 levels, reference 'baker'); each level "
                                              "but the reference has a coefficient (--no-drop-first: all levels)")));
}

TEST_F(Columns, KeepOrNameTheirReference) {
  ReadSettings settings = file(kJobs);
  settings.reference_policy = ReferencePolicy::kept;
  EXPECT_EQ(rows_of(settings), (Numbers{0, 0, 1, 30, 0, 1, 0, 41, 0, 0, 1, 25, 1, 0, 0, 60}));
  settings.reference = {"job=nurse"};
  rows_of(settings);
  EXPECT_THAT(schema_.feature_names(), ElementsAre("job=baker", "job=cook", "age"));
  settings.reference = {"job=pilot"};
  EXPECT_THAT(error_of(settings), HasSubstr("78 FILE: --reference 'job=pilot': column 'job' has no such level"));
  settings.reference = {"age=30"};
  EXPECT_THAT(error_of(settings),
              HasSubstr("78 FILE: --reference 'age=30': must be NAME=LEVEL of a column of categories"));
  settings = file("a,b,y\nx,u,1\nz,v,2\n");
  settings.has_intercept = false;
  rows_of(settings);
  EXPECT_THAT(schema_.feature_names(), ElementsAre("a=x", "a=z", "b=v"));
}

TEST_F(Columns, OfNumbersAreCategoriesWhereNamed) {
  ReadSettings settings = file("m,x,y\n10,1,0\n9,2,1\n+9.0,3,1\n");
  settings.categorical = {"m"};
  EXPECT_EQ(rows_of(settings), (Numbers{1, 1, 0, 2, 0, 3}));
  EXPECT_THAT(schema_.feature_names(), ElementsAre("m=10", "x"));
  settings.categorical = {"1"};
  rows_of(settings);
  EXPECT_THAT(schema_.feature_names(), ElementsAre("m=10", "x"));
  settings.categorical = {"q"};
  EXPECT_THAT(error_of(settings), HasSubstr("65 FILE:1: no column 'q' (nearest: "));
}

TEST_F(Columns, OfDatesTextsOfOneRowAndMixedOnesAreRefused) {
  EXPECT_THAT(error_of(file("day,y\n2011-01-01,1\n2011-01-02,2\n")),
              HasSubstr("65 FILE:2:1: text in number column 'day' (saw '2011-01-01'); leave it out with --drop day, "
                        "take it for categories with --categorical day"));
  std::string names = "name,y\n";
  for (int i = 0; i < 30; ++i) {
    names += "person" + std::to_string(i) + ",1\n";
  }
  EXPECT_THAT(error_of(file(names)), HasSubstr("65 FILE:2:1: text in number column 'name'"));
  EXPECT_THAT(error_of(file("a,y\n1,1\n2,1\nunder 3,1\n")), HasSubstr("65 FILE:4:1: text in number column 'a'"));
  ReadSettings settings = file(kJobs);
  settings.categorical = {"none"};
  EXPECT_THAT(error_of(settings), HasSubstr("65 FILE:2:1: text in number column 'job'"));
}

TEST_F(Columns, OfManyLevelsAreTakenWhereNamed) {
  std::string rows = "w,y\n";
  for (int i = 0; i < 4004; ++i) {
    rows += "w" + std::to_string(i < 2000 ? i % 10 : i % 2002) + ",1\n";
  }
  ReadSettings settings = file(rows);
  EXPECT_THAT(error_of(settings), HasSubstr("65 FILE: column 'w' holds words, and 2002 different ones"));
  settings.categorical = {"w"};
  EXPECT_EQ(read_on(3, settings).block.features, 2001);
}

TEST_F(Columns, WithMissingValuesAreRefusedDroppedOrFilled) {
  ReadSettings settings = file("a,c,y\n1,u,1\n?,u,2\n\n4,NA,3\nnan,w,4\n4,u,5\n");
  EXPECT_THAT(error_of(settings),
              HasSubstr("65 FILE:3:1: missing value in column 'a' (saw '?'); fill it in, leave the column out with "
                        "--drop a, or say what becomes of it with --missing"));
  settings.missing = MissingPolicy::drop;
  EXPECT_EQ(rows_of(settings), (Numbers{1, 0, 4, 0}));
  EXPECT_THAT(notices_.back(), HasSubstr("missing values: 2 in 'a' (first in row 2), 1 in 'c' (first in row 3); 3 of "
                                         "5 rows are left out"));
  settings.missing = MissingPolicy::mean;
  EXPECT_EQ(rows_of(settings), (Numbers{1, 0, 3, 0, 4, 0, 3, 1, 4, 0}));
  settings.missing = MissingPolicy::indicator;
  EXPECT_EQ(rows_of(settings), (Numbers{1, 0, 0, 0, 3, 1, 0, 0, 4, 0, 0, 1, 3, 1, 1, 0, 4, 0, 0, 0}));
  EXPECT_THAT(schema_.feature_names(), ElementsAre("a", "a=(missing)", "c=w", "c=(missing)"));
}

TEST_F(Columns, WithMissingLabelsAndWeightsAreDropped) {
  ReadSettings settings = file("a,w,y\n1,1,1\n2,,2\n3,1,NA\n4,2,3\n");
  settings.weight_column = "w";
  settings.missing = MissingPolicy::mean;
  EXPECT_THAT(error_of(settings), HasSubstr("65 FILE:3:3: missing value in column 'w'; fill it in, or --missing drop"));
  settings.missing = MissingPolicy::drop;
  EXPECT_EQ(rows_of(settings), (Numbers{1, 4}));
}

TEST_F(Columns, OfAModelAreReadAsInTraining) {
  ReadSettings settings = file(kJobs);
  settings.missing = MissingPolicy::mean;
  rows_of(settings);
  ReadSettings other = file("y,age,job\n1,,cook\n2,7,NA\n");
  other.expected = schema_;
  EXPECT_EQ(rows_of(other), (Numbers{1, 0, 39, 0, 1, 7}));
  other = file("y,age,job\n1,3,pilot\n");
  other.expected = schema_;
  EXPECT_THAT(error_of(other), HasSubstr("65 FILE:2:5: column 'job' has no level 'pilot' in the model; --unknown "
                                         "ignore takes it for none of its levels"));
  other.unknown = UnknownPolicy::ignore;
  EXPECT_EQ(rows_of(other), (Numbers{0, 0, 3}));
  other = file("y,age,job\n1,3,NA\n");
  other.expected = schema_;
  other.expected.missing = MissingPolicy::drop;
  other.keeps_rows = true;
  EXPECT_THAT(error_of(other), HasSubstr("65 FILE:2:5: missing value in column 'job' (saw 'NA'); fill it in or leave "
                                         "the row out: the model was trained without such rows"));
}

TEST_F(Columns, MeansAreRoundedOnce) {
  ReadSettings settings = file("a,y\n1e16,1\n1,1\n-1e16,1\n?,1\n");
  settings.missing = MissingPolicy::mean;
  EXPECT_EQ(rows_of(settings).back(), 1.0 / 3);
}

TEST_F(Columns, AreChosenByNameAndNumber) {
  ReadSettings settings = file("a,b,c,y\n1,2,3,4\n");
  settings.only = {"c", "a"};
  EXPECT_EQ(rows_of(settings), (Numbers{1, 3}));
  settings.only = {"2"};
  EXPECT_EQ(rows_of(settings), (Numbers{2}));
  settings.only = {};
  settings.drop = {"1"};
  settings.label_column = "2";
  EXPECT_EQ(rows_of(settings), (Numbers{3, 4}));
  settings.only = {"b"};
  EXPECT_THAT(error_of(settings), HasSubstr("78 FILE: --only b: another option drops or uses this column"));
}

TEST_F(Columns, OfOtherFormatsAreNotSilentlyLeftAsTheyAre) {
  ReadSettings settings = data_file(folder_, "data.svm", "1 1:2\n0 2:1\n");
  settings.missing = MissingPolicy::mean;
  EXPECT_THAT(error_of(settings), HasSubstr("78 FILE: --missing is for columns of CSV, and this is LIBSVM text"));
  settings.missing = MissingPolicy::error;
  settings.only = {"1"};
  EXPECT_THAT(error_of(settings), HasSubstr("78 FILE: --only is for columns of CSV"));
}

TEST_F(Columns, LabelsAreMapped) {
  ReadSettings settings = file("a,y\n1,no.\n2,yes.\n");
  settings.label_kind = LabelKind::classes;
  settings.expected = schema_of_names(1, {"a"}, "y", {"no", "yes"});
  EXPECT_THAT(error_of(settings), HasSubstr("'no' differs only in the point at its end (--label-map 'no.->no' takes"));
  settings.label_map = {"no.->no", "yes.->yes"};
  EXPECT_EQ(read_on(2, settings).block.label, (Numbers{0, 1}));
}

}  // namespace
}  // namespace lockstep::testing
