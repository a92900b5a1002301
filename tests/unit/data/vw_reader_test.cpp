#include "data/vw_reader.h"

#include "base/hash.h"
#include "comm/summation_tree.h"
#include "data/reader_format.h"

#include <map>
#include <span>

#include "unit/data/data_files.h"
#include <fmt/format.h>
#include <gmock/gmock.h>

namespace lockstep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Row = std::map<Index, double>;

/// Column of a name among 2^bits.
Index place_of(const std::string& name, int bits) {
  return static_cast<Index>(hash64(std::as_bytes(std::span(name))) % (std::uint64_t{1} << bits));
}

class VwReader : public ::testing::Test {
 protected:
  ReadSettings file(const std::string& content) { return data_file(folder_, "data.vw", content); }

  std::vector<Row> rows_of(const RawData& data) {
    std::vector<Row> rows(static_cast<std::size_t>(data.block.rows));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::int64_t k = data.block.row_start[i]; k < data.block.row_start[i + 1]; ++k) {
        const auto at = static_cast<std::size_t>(k);
        EXPECT_TRUE(rows[i].empty() || rows[i].rbegin()->first < data.block.column[at]) << "columns ascend";
        rows[i][data.block.column[at]] = data.block.value[at];
      }
    }
    return rows;
  }

  void expect_error(const std::string& content, std::int64_t line, std::int64_t column, const std::string& what) {
    ReadSettings settings = file(content);
    try {
      read_on(2, settings);
      ADD_FAILURE() << content;
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(),
                  HasSubstr(fmt::format("data.vw:{}:{}", line, column > 0 ? fmt::format("{}: ", column) : " ")));
      EXPECT_THAT(error.what(), HasSubstr(what));
    }
  }

  TemporaryFolder folder_;
};

TEST_F(VwReader, NamesStandWhereTheirHashesTell) {
  const RawData data = read_on(3, file("1 |user age:3 x\n"
                                       "-1 2.5 'second |user age:-0.5 |item:10 a b:0.5\n"
                                       "\n"
                                       "2 tag|  x   y:2e1\t\r\n"
                                       "0 0.5|x :4\n"
                                       "3 | x x:-1 z"));
  EXPECT_EQ(data.block.features, 1 << 18);
  const auto at = [](const char* name) { return place_of(name, 18); };
  EXPECT_THAT(rows_of(data), ElementsAre(Row{{at("user^age"), 3}, {at("user^x"), 1}},
                                         Row{{at("user^age"), -0.5}, {at("item^a"), 10}, {at("item^b"), 5}},
                                         Row{{at("^x"), 1}, {at("^y"), 20}}, Row{{at("x^"), 4}}, Row{{at("^z"), 1}}));
  EXPECT_THAT(data.block.label, ElementsAre(1, -1, 2, 0, 3));
  EXPECT_THAT(data.block.weight, ElementsAre(1, 2.5, 1, 1, 1)) << "what touches the bar is a tag";
}

TEST_F(VwReader, NamesOfOneColumnAddUpTheSameOnAnyRanks) {
  std::string text;
  std::vector<Row> expected;
  for (int i = 0; i < 60; ++i) {
    text += i % 2 == 0 ? "1 |f" : "-1 |f";
    Row row;
    for (int j = 0; j < 9; ++j) {
      const double value = (i * 7 + j) % 5 - 1.5;
      text += fmt::format(" n{}:{}", i + j, value);
      row[place_of(fmt::format("f^n{}", i + j), 3)] += value;
    }
    std::erase_if(row, [](const auto& entry) { return entry.second == 0; });
    expected.push_back(row);
    text += '\n';
  }
  ReadSettings settings = file(text);
  settings.hash_bits = 3;
  settings.label_kind = LabelKind::classes;
  for (const int ranks : kRankCounts) {
    const RawData data = read_on(ranks, settings);
    EXPECT_EQ(data.block.features, 8);
    EXPECT_EQ(rows_of(data), expected);
    EXPECT_EQ(data.schema.class_names(), (std::vector<std::string>{"-1", "1"}));
  }
}

TEST_F(VwReader, AModelKnowsItsColumns) {
  ReadSettings settings = file("|f a\n|f b\n");
  settings.label_optional = true;
  expect_features(settings, 1 << 10);
  EXPECT_THROW(read_on(2, settings), DataError) << "the model's features are no names";
  settings.expected.columns[0].kind = ColumnKind::hashed;
  const RawData data = read_on(2, settings);
  EXPECT_EQ(data.block.features, 1 << 10);
  EXPECT_TRUE(data.block.label.empty());
  EXPECT_THAT(rows_of(data), ElementsAre(Row{{place_of("f^a", 10), 1}}, Row{{place_of("f^b", 10), 1}}));
  settings.hash_bits = 11;
  EXPECT_THROW(read_on(2, settings), ConfigurationError);
}

TEST_F(VwReader, NamesTheFirstBadToken) {
  expect_error("1 |f a:1\n1 |f a:x\n", 2, 6, "value of 'a' is not a number");
  expect_error("1 |f a\n|f a\n", 2, 1, "row has no label");
  expect_error("1 |f a\n1|f a\n", 2, 1, "a tag");
  expect_error("1 1 0.5 |f a\n", 1, 5, "an initial prediction is not used");
  expect_error("1 |f a\n1:0.5 2:1 |f a\n", 2, 1, "labels of several parts");
  expect_error("1 |f a\n1 f a\n", 2, 0, "no |");
  expect_error("1 |f a\n1 -2 |f a\n", 2, 3, "weight");
  expect_error("1 |f a\n1 |f:nan a\n", 2, 4, "value in feature 'f' is not finite");
  expect_error("1 |f:1e300 a:1e300\n", 1, 0, "more than a number can hold");
  expect_error("1 |f a:9007199254740993\n", 1, 6, "digits");
}

TEST_F(VwReader, IsToldFromTablesWithBars) {
  for (const char* line :
       {"1 |f a:1 b", "-1 2 'tag |f a", "|f a", "0.5 | a b", "1 | a:1", "1 | 24:1 25:1", "1 |_x a | b"}) {
    EXPECT_TRUE(is_vw_line(line)) << line;
  }
  for (const char* line :
       {"1|2|3", "a|b|c", "|a|b|", "1 |2 |3", "1 | a | b", "id | name | age", "1 1:2 3:4", "1,2,3", "1 2 3 |a"}) {
    EXPECT_FALSE(is_vw_line(line)) << line;
  }
}

}  // namespace
}  // namespace lockstep::testing
