#include "unit/data/data_files.h"
#include <fmt/format.h>
#include <gmock/gmock.h>

namespace lockstep::testing {
namespace {

using Columns = std::vector<std::int32_t>;
using Names = std::vector<std::string>;
using Numbers = std::vector<double>;
using Starts = std::vector<std::int64_t>;

class LibsvmReader : public ::testing::Test {
 protected:
  ReadSettings file(const std::string& content) { return data_file(folder_, "data.libsvm", content); }

  TemporaryFolder folder_;
};

TEST_F(LibsvmReader, ReadsTheSameRowsOnAnyNumberOfRanks) {
  std::string text;
  RowBlock expected;
  expected.row_start = {0};
  for (int i = 0; i < 89; ++i) {
    text += i % 2 == 0 ? "+1" : "-1";
    for (int j = i % 5; j < 40; j += 1 + (i + j) % 7) {
      const double value = (i - 3 * j) / 8.0;
      text += fmt::format(" {}:{}", j + 1, value);
      if (value != 0) {
        expected.column.push_back(j);
        expected.value.push_back(value);
      }
    }
    text += '\n';
    expected.row_start.push_back(std::ssize(expected.column));
    expected.label.push_back(i % 2 == 0 ? 1 : 0);
  }
  ReadSettings settings = file(text);
  settings.label_kind = LabelKind::classes;
  for (int ranks = 1; ranks <= 12; ++ranks) {
    const RawData data = read_on(ranks, settings);
    EXPECT_FALSE(data.block.is_dense);
    EXPECT_EQ(data.schema.class_names(), (Names{"-1", "1"}));
    EXPECT_EQ(data.block.row_start, expected.row_start);
    EXPECT_EQ(data.block.column, expected.column);
    EXPECT_EQ(data.block.value, expected.value);
    EXPECT_EQ(data.block.label, expected.label);
  }
}

TEST_F(LibsvmReader, AcceptsTheWaysTextIsWritten) {
  const RawData data = read_on(2, file("\xEF\xBB\xBF# made by hand\r\n"
                                       "1 1:0.5 3:+2  # a comment 9:9\r\n"
                                       "\r\n"
                                       "  2\t2:1e0\t \n"
                                       "3\n"
                                       "# the end\n"
                                       "4 1:0 5:0# nothing"));
  EXPECT_EQ(data.total_rows, 4);
  EXPECT_EQ(data.block.features, 5) << "explicit zeros count for the width";
  EXPECT_EQ(data.block.label, (Numbers{1, 2, 3, 4}));
  EXPECT_EQ(data.block.row_start, (Starts{0, 2, 3, 3, 3}));
  EXPECT_EQ(data.block.column, (Columns{0, 2, 1}));
  EXPECT_EQ(data.block.value, (Numbers{0.5, 2, 1}));
}

TEST_F(LibsvmReader, LabelsOfClassesAreAnyWord) {
  ReadSettings settings = file("spam 1:1\nham 2:1\n");
  settings.label_kind = LabelKind::classes;
  EXPECT_EQ(read_on(2, settings).schema.class_names(), (Names{"ham", "spam"}));
}

TEST_F(LibsvmReader, RowsWithoutLabelsAreReadWhereTheyAreOptional) {
  ReadSettings settings = file("# no labels\n1:1 2:3\n2:5\n");
  settings.label_optional = true;
  const RawData data = read_on(2, settings);
  EXPECT_TRUE(data.block.label.empty());
  EXPECT_EQ(data.block.value, (Numbers{1, 3, 5}));
  settings.label_optional = false;
  expect_error(settings, "65 FILE:2:1: row has no label (saw '1:1')");
  settings = file("1:1\n1 2:3\n");
  settings.label_optional = true;
  expect_error(settings, "65 FILE:2:1: expected index:value (saw '1')");
}

TEST_F(LibsvmReader, WidthIsTheModelsWhereThereIsOne) {
  ReadSettings settings = file("1 1:1\n2 3:1\n");
  expect_features(settings, 7);
  EXPECT_EQ(read_on(3, settings).block.features, 7);
  expect_features(settings, 2);
  expect_error(settings, "65 FILE:2:3: index 3 is above the model's 2 features");
}

TEST_F(LibsvmReader, LargestIndexFitsAColumnNumber) {
  EXPECT_EQ(read_on(1, file("1 2147483646:1\n")).block.column, Columns{2147483645});
}

TEST_F(LibsvmReader, SettingsThatNameColumnsDoNotApply) {
  ReadSettings settings = file("1 1:1\n");
  settings.drop = {"a"};
  expect_error(settings, "78 FILE: LIBSVM text has no named columns, so --drop does not apply");
}

TEST_F(LibsvmReader, BadContentIsReportedWithItsPosition) {
  const std::vector<std::pair<std::string, std::string>> corpus = {
      {"1 0:1\n", "FILE:1:3: indices count from 1 (saw '0:1')"},
      {"1 1:1\n1 -1:1\n", "FILE:2:3: expected index:value (saw '-1:1')"},
      {"1 2:1  2:1\n", "FILE:1:8: index 2 stands twice in the row"},
      {"1 5:1 3:1\n", "FILE:1:7: indices must ascend (saw 3 after 5)"},
      {"1 2147483647:1\n", "FILE:1:3: index is above 2147483646 (saw '2147483647:1')"},
      {"1 9223372036854775808:1\n", "FILE:1:3: index is above 2147483646 (saw '9223372036854775808:1')"},
      {"1 1:abc\n", "FILE:1:5: value of feature 1 is not a number (saw 'abc')"},
      {"1 1:\n", "FILE:1:5: missing value in feature 1"},
      {"1 1: 2\n", "FILE:1:5: missing value in feature 1"},
      {"1 1:0x1p3\n", "FILE:1:5: value of feature 1 is not a number (saw '0x1p3')"},
      {"1 1:nan\n", "FILE:1:5: value in feature 1 is not finite (saw 'nan')"},
      {"1 1:-Inf\n", "FILE:1:5: value in feature 1 is not finite (saw '-Inf')"},
      {"1 1:1 2:nan(1)\n", "FILE:1:9: value in feature 2 is not finite (saw 'nan(1)')"},
      {"1 1:1e400\n", "FILE:1:5: value in feature 1 is out of range (saw '1e400')"},
      {"1 a:1\n", "FILE:1:3: expected index:value (saw 'a:1')"},
      {"1 1\n", "FILE:1:3: expected index:value (saw '1')"},
      {"1 1.5:2\n", "FILE:1:3: expected index:value (saw '1.5:2')"},
      {"1 qid:3 1:1\n", "FILE:1:3: query ids (qid:) of ranking data are not used; --skip-qid passes them over"},
      {"nan 1:1\n", "FILE:1:1: missing value in the label (saw 'nan'); leave the row out or fill it in"},
      {"M 1:1\n",
       "FILE:1:1: labels must be numbers for this model (saw 'M'); name another column with --label-column, "
       "or train a "
       "classifier"},
      {"a,b,y\n1,2,0\n",
       "FILE:1:1: expected a label and index:value entries (saw 'a,b,y'); if these are fields of a table, read it with "
       "--format csv"},
      {"# nothing\n\n", "FILE: the file has no rows of data"},
      {"1 1:1\n\n# c\n1 1:1\n1 1:1 1:1\n1 0:1\n", "FILE:5:7: index 1 stands twice in the row"},
      {std::string("1 1:1\n1 \0\n", 10), "FILE:2:3: NUL byte in a text file; is it a binary file?"},
  };
  for (const auto& [text, error] : corpus) {
    expect_error(file(text), "65 " + error);
  }
}

TEST_F(LibsvmReader, QueryIdsArePassedOverOnRequest) {
  ReadSettings settings = data_file(folder_, "data.svm", "1 qid:3 1:1\n2 1:2\n3 qid:12\n");
  settings.skip_query_ids = true;
  const RawData data = read_on(2, settings);
  EXPECT_EQ(data.block.value, (std::vector<double>{1, 2}));
  EXPECT_EQ(data.block.label, (std::vector<double>{1, 2, 3}));
  for (const char* text : {"1 qid:x 1:1\n", "1 qid: 1:1\n"}) {
    settings = data_file(folder_, "data.svm", text);
    settings.skip_query_ids = true;
    EXPECT_THAT(error_on(2, settings), ::testing::HasSubstr("65 FILE:1:3: query id is no whole number (saw 'qid:"));
  }
}

}  // namespace
}  // namespace lockstep::testing
