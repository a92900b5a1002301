// What inspect tells of the columns of a table, also of one that training refuses.
#include "data/table_survey.h"

#include "unit/data/data_files.h"
#include <gmock/gmock.h>

namespace lockstep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TableSurveys : public ::testing::Test {
 protected:
  TableSurvey survey(const std::string& text, int threads = 1) const {
    ReadSettings settings = data_file(folder_, "table.csv", text);
    settings.label_optional = true;
    settings.threads = threads;
    return survey_table(settings);
  }

  TemporaryFolder folder_;
};

TEST_F(TableSurveys, TellKindRangeLevelsAndMissingValues) {
  const TableSurvey table = survey(
      "day,n,x,job,flag,odd,y\n"
      "2011-01-01,1,0.5,clerk,True,7,a\n"
      "2011-01-02,2,?,NA,False,x,b\n"
      "2011-01-03,3,-2.5,cook,True,7,a\n"
      "2011-01-04,4,1e3,cook,False,,a\n");
  EXPECT_EQ(table.rows, 4);
  EXPECT_TRUE(table.has_header);
  EXPECT_EQ(table.delimiter, "','");
  std::vector<ColumnContent> contents;
  for (const ColumnSurvey& column : table.columns) {
    contents.push_back(column.content());
  }
  EXPECT_THAT(contents,
              ElementsAre(ColumnContent::dates, ColumnContent::integers, ColumnContent::numbers, ColumnContent::words,
                          ColumnContent::truths, ColumnContent::mixture, ColumnContent::words));
  const ColumnSurvey& x = table.columns[2];
  EXPECT_EQ(std::pair(x.least, x.largest), std::pair(-2.5, 1000.0));
  EXPECT_EQ(x.missing, 1);
  EXPECT_EQ(x.first_missing_row, 2);
  EXPECT_THAT(x.advice(), HasSubstr("--missing"));
  EXPECT_THAT(table.columns[3].commonest, ElementsAre("cook", "clerk"));
  EXPECT_THAT(table.columns[0].advice(), HasSubstr("--drop day"));
  EXPECT_THAT(table.columns[5].advice(), HasSubstr("1 of 3 values"));
  EXPECT_EQ(table.columns[6].role, ColumnRole::label);
}

TEST_F(TableSurveys, AreTheSameForAnyThreadsAndManyLevels) {
  std::string text = "id,word,same,y\n";
  constexpr int kRows = 30000;
  for (int i = 1; i <= kRows; ++i) {
    text += std::to_string(i) + ",w" + std::to_string(i % 1500) + ",3," + (i == 20000 ? "" : "1") + "\n";
  }
  for (const int threads : {1, 3}) {
    const TableSurvey table = survey(text, threads);
    EXPECT_EQ(table.rows, kRows);
    EXPECT_EQ(table.columns[0].levels, ColumnSurvey::kMostLevels + 1);
    EXPECT_THAT(table.columns[0].advice(), HasSubstr("numbers or names the rows"));
    EXPECT_EQ(table.columns[1].content(), ColumnContent::texts);
    EXPECT_THAT(table.columns[2].advice(), HasSubstr("one value"));
    EXPECT_EQ(table.columns[3].first_missing_row, 20000);
  }
}

}  // namespace
}  // namespace lockstep::testing
