#include "unit/data/data_files.h"
#include <fmt/format.h>

namespace lockstep::testing {
namespace {

using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

class CsvReader : public ::testing::Test {
 protected:
  ReadSettings file(const std::string& content, const std::string& name = "data.csv") {
    return data_file(folder_, name, content);
  }

  TemporaryFolder folder_;
};

TEST_F(CsvReader, ReadsTheSameRowsOnAnyNumberOfRanks) {
  std::string text = "id,a,w,b,o,target\n";
  Numbers dense, label, weight, offset;
  Names id;
  for (int i = 0; i < 97; ++i) {
    id.push_back("row" + std::string(static_cast<std::size_t>(i % 9), '-') + std::to_string(i));
    dense.insert(dense.end(), {i * 0.5, -1.0 / (i + 1)});
    label.push_back(i * 3);
    weight.push_back(i % 4);
    offset.push_back(i * 0.1);
    text += id.back() + ',' + std::to_string(i * 0.5) + ',' + std::to_string(i % 4) + ',' +
            fmt::format("{}", dense.back()) + ',' + fmt::format("{}", offset.back()) + ',' + std::to_string(i * 3) +
            '\n';
  }
  ReadSettings settings = file(text);
  settings.id_column = "id";
  settings.weight_column = "w";
  settings.offset_column = "o";
  for (int ranks = 1; ranks <= 12; ++ranks) {
    const RawData data = read_on(ranks, settings);
    EXPECT_TRUE(data.block.is_dense);
    EXPECT_EQ(data.total_rows, 97);
    EXPECT_EQ(data.schema.feature_names(), (Names{"a", "b"}));
    EXPECT_EQ(data.schema.label_name(), "target");
    EXPECT_EQ(data.block.dense, dense);
    EXPECT_EQ(data.block.label, label);
    EXPECT_EQ(data.block.weight, weight);
    EXPECT_EQ(data.block.offset, offset);
    EXPECT_EQ(data.block.id, id);
  }
}

TEST_F(CsvReader, MoreRanksThanRowsLeavesSomeEmpty) {
  const ReadSettings settings = file("a,y\n1,2\n3,4\n");
  EXPECT_EQ(read_on(16, settings).block.dense, (Numbers{1, 3}));
}

TEST_F(CsvReader, AcceptsTheWaysTextIsWritten) {
  const Numbers dense = {1, 2, 3, 4};
  const Numbers label = {5, 6};
  const Names texts = {
      "a,b,y\n1,2,5\n3,4,6\n",
      "a,b,y\n1,2,5\n3,4,6",          // no last newline
      "a,b,y\r\n1,2,5\r\n3,4,6\r\n",  // CRLF
      "\xEF\xBB\xBF"
      "a,b,y\n1,2,5\n3,4,6\n",                            // byte order mark
      "\n \na,b,y\n\n1,2,5\n\t\r\n3,4,6\n\n",             // blank lines
      "a , b,\ty\n 1,2 , 5\n3\t,4 , 6 \n",                // blanks around fields
      "a;b;y\n1;2;5\n3;4;6\n",                            // semicolons
      "a\tb\ty\n1\t2\t5\n3\t4\t6\n",                      // tabs
      "\"a\",\"b\",\"y\"\n\"1\",2,\"5\"\n3, \"4\" ,6\n",  // quotes
      "a,b,y\n+1,2.0,5e0\n3.,0.4e1,06\n",                 // numbers
      "a,b,y,\n1,2,5\n3,4,6\n",                           // header ends in a comma, rows do not
      "a,b,y,\n1,2,5,\n3,4,6,\n",                         // all lines end in a comma
      "a,b,Y\n1,2,5\n3,4,6\n",
  };
  for (const std::string& text : texts) {
    for (const int ranks : kRankCounts) {
      const RawData data = read_on(ranks, file(text));
      EXPECT_EQ(data.block.dense, dense) << text;
      EXPECT_EQ(data.block.label, label) << text;
      EXPECT_EQ(data.schema.feature_names(), (Names{"a", "b"})) << text;
    }
  }
}

TEST_F(CsvReader, QuotedFieldsMayHoldDelimitersAndQuotes) {
  ReadSettings settings = file("\"a, or \"\"A\"\"\",y\n1,\"x, \"\"y\"\"\"\n2, z\n");
  settings.label_kind = LabelKind::classes;
  const RawData data = read_on(2, settings);
  EXPECT_EQ(data.schema.feature_names(), Names{"a, or \"A\""});
  EXPECT_EQ(data.schema.class_names(), (Names{"x, \"y\"", "z"}));
}

TEST_F(CsvReader, FirstLineOfNumbersIsARow) {
  const RawData data = read_on(3, file("1,2,3\n4,5,6\n"));
  EXPECT_EQ(data.total_rows, 2);
  EXPECT_EQ(data.schema.feature_names(), (Names{"c1", "c2"}));
  EXPECT_EQ(data.schema.label_name(), "c3");
  EXPECT_EQ(data.block.label, (Numbers{3, 6}));
}

TEST_F(CsvReader, LabelColumnIsTheNamedTheUsualOrTheLast) {
  const auto label_of = [&](const std::string& header, const std::string& wanted) {
    ReadSettings settings = file(header + "\n1,2,3\n");
    settings.label_column = wanted;
    return read_on(1, settings).schema.label_name();
  };
  EXPECT_EQ(label_of("a,b,c", ""), "c");
  EXPECT_EQ(label_of("Target,y,c", ""), "Target");
  EXPECT_EQ(label_of("class,LABEL,c", ""), "LABEL");
  EXPECT_EQ(label_of("class,b,c", ""), "class");
  EXPECT_EQ(label_of("class,b,c", "b"), "b");
}

TEST_F(CsvReader, DroppedColumnsMayHoldAnything) {
  ReadSettings settings = file("id,a,when,y\nx1,1,nan,2\n,3,,4\n");
  settings.drop = {"id", "when"};
  EXPECT_EQ(read_on(2, settings).block.dense, (Numbers{1, 3}));
}

TEST_F(CsvReader, ModelPicksItsColumnsByName) {
  ReadSettings settings = file("note,b,a\nhello,1,2\nworld,3,4\n");
  expect_names(settings, {"a", "b"});
  settings.label_optional = true;
  const RawData data = read_on(2, settings);
  EXPECT_EQ(data.block.dense, (Numbers{2, 1, 4, 3}));
  EXPECT_EQ(data.schema.feature_names(), (Names{"a", "b"}));
  EXPECT_TRUE(data.block.label.empty());

  settings = file("b,y,a\n1,7,2\n");
  expect_names(settings, {"a", "b"});
  EXPECT_EQ(read_on(1, settings).block.label, Numbers{7});
}

TEST_F(CsvReader, ModelColumnIsNeverTakenForTheLabel) {
  ReadSettings settings = file("y,b\n1,2\n");
  expect_names(settings, {"y", "b"});
  settings.label_optional = true;
  EXPECT_EQ(read_on(1, settings).block.dense, (Numbers{1, 2}));
  settings.label_optional = false;
  expect_error(settings, "65 FILE:1: no label column; name it with --label-column");
}

TEST_F(CsvReader, FileWithoutHeaderIsMatchedByPosition) {
  ReadSettings settings = file("1,2,3\n");
  expect_names(settings, {"a", "b"});
  settings.label_optional = true;
  EXPECT_EQ(read_on(1, settings).block.label, Numbers{3});
  expect_names(settings, {"a", "b", "c"});
  EXPECT_TRUE(read_on(1, settings).block.label.empty());
  expect_names(settings, {"a"});
  expect_error(settings, "65 FILE:1: the file has 2 feature columns, the model has 1");
}

TEST_F(CsvReader, LabelsThatAreNotReadMayHoldAnything) {
  ReadSettings settings = file("a,y\n1,?\n");
  settings.label_kind = LabelKind::none;
  const RawData data = read_on(1, settings);
  EXPECT_EQ(data.schema.feature_names(), Names{"a"});
  EXPECT_TRUE(data.block.label.empty());
  settings = file("a,b\n1,2\n");
  settings.label_kind = LabelKind::none;
  EXPECT_EQ(read_on(1, settings).schema.feature_names(), (Names{"a", "b"}));
}

TEST_F(CsvReader, ClassesAreNumberedOverAllRanks) {
  ReadSettings settings = file("a,y\n1,+1\n1,-1\n1,1.0\n1,10\n1,9\n");
  settings.label_kind = LabelKind::classes;
  for (const int ranks : kRankCounts) {
    const RawData data = read_on(ranks, settings);
    EXPECT_EQ(data.schema.class_names(), (Names{"-1", "1", "9", "10"}));
    EXPECT_EQ(data.block.label, (Numbers{1, 0, 1, 3, 2}));
  }
  settings.expected.set_class_names({"10", "9", "-1", "1"});
  EXPECT_EQ(read_on(2, settings).block.label, (Numbers{3, 2, 3, 0, 1}));
}

TEST_F(CsvReader, ThousandClassesAreTheMost) {
  std::string text = "a,y\n";
  for (int i = 0; i < 3000; ++i) {
    text += "1," + std::to_string(i % 1000) + '\n';
  }
  ReadSettings settings = file(text);
  settings.label_kind = LabelKind::classes;
  EXPECT_EQ(read_on(3, settings).schema.class_names().size(), 1000U);
  text += "1,1000\n";
  settings = file(text);
  settings.label_kind = LabelKind::classes;
  expect_error(settings,
               "65 FILE: more than 1000 different labels in column 'y', which was taken for the label by its name "
               "(--label-column "
               "names another); is this a regression target?");
  // An error with a position is told first, wherever the labels become too many.
  settings = file(text + "x,1\n");
  settings.label_kind = LabelKind::classes;
  EXPECT_EQ(error_on(3, settings).substr(0, 14), "65 FILE:3003:1");
}

TEST_F(CsvReader, MissingColumnsAreNamedWithTheNearest) {
  ReadSettings settings = file("radius,area,texture,y\n1,2,3,4\n");
  settings.label_column = "targt";
  expect_error(settings, "65 FILE:1: no column 'targt' (nearest: 'area', 'radius', 'y')");
  settings.label_column = "AREA";
  EXPECT_NE(error_on(1, settings).find("nearest: 'area'"), std::string::npos);
  settings = file("radius,area\n1,2\n");
  settings.drop = {"aera"};
  expect_error(settings, "65 FILE:1: no column 'aera' (nearest: 'area', 'radius')");
  settings = file("radius,area\n1,2\n");
  expect_names(settings, {"radius", "depth", "width"});
  settings.label_optional = true;
  expect_error(settings, "65 FILE:1: the file lacks 2 of the model's 3 feature columns: 'depth', 'width'");
}

TEST_F(CsvReader, ColumnInTwoRolesIsRefused) {
  ReadSettings settings = file("a,w,y\n1,2,3\n");
  settings.weight_column = "w";
  settings.label_column = "w";
  expect_error(settings, "78 FILE: --label-column w: another option drops or uses this column");
}

struct BadCsv {
  const char* text;
  const char* error;
};

TEST_F(CsvReader, BadContentIsReportedWithItsPosition) {
  const std::vector<BadCsv> corpus = {
      {"a,area,y\n1,2,3\n1, abc,3\n",
       "FILE:3:4: text in number column 'area' (saw 'abc'); leave it out with --drop area, take it for "
       "categories with --categorical area, or if it is the label, say --label-column area"},
      {"a,b,c,d,e,f,y\n1,2,3,4,5\n", "FILE:2:1: row has 5 fields, the header has 7"},
      {"a,y\n1,2\n\n1,2,3\n", "FILE:4:1: row has 3 fields, the header has 2"},
      {"a,b,y\nabc,1\n", "FILE:2:1: row has 2 fields, the header has 3"},
      {"1,2\n3\n", "FILE:2:1: row has 1 fields, the first row has 2"},
      {"a,y,\n1,2,3\n", "FILE:2:1: row has 3 fields, the header has 2"},
      {"a,y\n,2\n",
       "FILE:2:1: missing value in column 'a'; fill it in, leave the column out with --drop a, or say what becomes of "
       "it with --missing"},
      {"a,b,y\n1,  ,2\n",
       "FILE:2:5: missing value in column 'b'; fill it in, leave the column out with --drop b, or say what becomes of "
       "it with --missing"},
      {"a,y\n1,\n", "FILE:2:3: missing value in the label; leave the row out or fill it in"},
      {"a,y\nNaN,2\n",
       "FILE:2:1: missing value in column 'a' (saw 'NaN'); fill it in, leave the column out with --drop a, or "
       "say what becomes of it with --missing"},
      {"a,y\n-inf,2\n",
       "FILE:2:1: value in column 'a' is not finite (saw '-inf'); correct it, or leave the column out with "
       "--drop a"},
      {"a,y\nnan(7),2\n",
       "FILE:2:1: value in column 'a' is not finite (saw 'nan(7)'); correct it, or leave the column out with "
       "--drop a"},
      {"a,y\n1e400,2\n",
       "FILE:2:1: value in column 'a' is out of range (saw '1e400'); correct it, or leave the column out "
       "with --drop "
       "a"},
      {"a,y\n0x10,2\n",
       "FILE:2:1: text in number column 'a' (saw '0x10'); leave it out with --drop a, take it for categories with "
       "--categorical a, or if it is the label, "
       "say "
       "--label-column a"},
      {"a,y\n1,M\n",
       "FILE:2:3: labels must be numbers for this model (saw 'M'); name another column with --label-column, "
       "or train a "
       "classifier"},
      {"a,y\n1,nan\n", "FILE:2:3: missing value in the label (saw 'nan'); leave the row out or fill it in"},
      {"a,y\n1,inf\n", "FILE:2:3: value in the label is not finite (saw 'inf'); correct it or leave the row out"},
      {"a,y\n1,1e400\n", "FILE:2:3: value in the label is out of range (saw '1e400'); correct it or leave the row out"},
      {"a,b,a\n1,2,3\n", "FILE:1:5: the name 'a' stands twice in the header; is the header missing?"},
      {",a,y\n1,2,3\n", "FILE:1:1: a column without a name; name it, or leave it out with --drop c1"},
      {"a,y\n0,4\n\"1,2\n3\",4\n",
       "FILE:3:1: text in number column 'a' (saw '1,2\\x0a3'); leave it out with --drop a, take it for categories with "
       "--categorical a, or if it is the label, say --label-column a"},
      {"a,y\n1,2\n3,\"4\n5,6\n", "FILE:3:3: quoted field is not closed"},
      {"a,y\n1,2\n\"3,4\n5,\"6\"\n",
       "FILE:4:4: text behind the closing quote of a field that begins 1 line above; is it closed?"},
      {"a,y\n\"1\"x,2\n", "FILE:2:4: text behind the closing quote of a field"},
      {"a,y\n1,\x1b[31m\n",
       "FILE:2:3: labels must be numbers for this model (saw '\\x1b[31m'); name another column with "
       "--label-column, or "
       "train a classifier"},
      {"\xEF\xBB\xBF"
       "a,a\n1,2\n",
       "FILE:1:3: the name 'a' stands twice in the header; is the header missing?"},
      {"", "FILE: the file is empty"},
      {"\n\n", "FILE: the file has no rows of data"},
      {"a,y\n\n", "FILE: the file has no rows of data"},
      {"a,y\n1,2\n1,2\n1,x\n1,2\nx,2\n",
       "FILE:4:3: labels must be numbers for this model (saw 'x'); name another column with --label-column, "
       "or train a "
       "classifier"},
  };
  for (const BadCsv& bad : corpus) {
    expect_error(file(bad.text), std::string("65 ") + bad.error);
  }
  expect_error(file(std::string("a,y\n1,2\n1,\0002\n", 13)),
               "65 FILE:3:3: NUL byte in a text file; is it a binary file?");
}

TEST_F(CsvReader, BadLabelsOfClassesAreReportedWithTheirPosition) {
  const auto error = [&](const std::string& text, const Names& expected_classes) {
    ReadSettings settings = file(text);
    settings.label_kind = LabelKind::classes;
    settings.expected.set_class_names(expected_classes);
    return error_on(2, settings);
  };
  EXPECT_EQ(error("y,a\nM,1\n x,1\n", {"B", "M"}), "65 FILE:3:2: label 'x' is not among the model's classes (B, M)");
  EXPECT_EQ(error("y,a\nM,1\nNaN,1\n", {}),
            "65 FILE:3:1: missing value in the label (saw 'NaN'); leave the row out or fill it in");
  EXPECT_EQ(error("y,a\nM,1\n,1\n", {}), "65 FILE:3:1: missing value in the label; leave the row out or fill it in");
}

TEST_F(CsvReader, ColumnsAreBounded) {
  EXPECT_EQ(error_on(1, file(std::string(1000000, ',') + '\n')),
            "65 FILE:1:1000001: more than 1000000 columns; LIBSVM text holds wide sparse data");
}

TEST_F(CsvReader, LabelMayBeTheOnlyColumn) {
  const RawData data = read_on(2, file("y\n1\n2\n"));
  EXPECT_EQ(data.block.features, 0);
  EXPECT_EQ(data.block.label, (Numbers{1, 2}));
}

}  // namespace
}  // namespace lockstep::testing
