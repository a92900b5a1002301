// Which line names the columns, and what is said of it.
#include "unit/data/data_files.h"
#include <gmock/gmock.h>

namespace lockstep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Names = std::vector<std::string>;

struct FirstLineCase {
  const char* name;
  const char* text;
  std::int64_t rows;
  Names features;
  std::string label;
  const char* notice;  ///< a part of the only one; empty: none
  Names drop = {};
};

void PrintTo(const FirstLineCase& one, std::ostream* out) {
  *out << one.name;
}

class CsvFirstLine : public ::testing::TestWithParam<FirstLineCase> {
 protected:
  TemporaryFolder folder_;
};

constexpr const char* kRow = ":1: the line has numbers among its fields: taken for a row, and the columns named c1";
constexpr const char* kNumbersRow = ":1: the line has only numbers: taken for a row";
constexpr const char* kQuotedHeader =
    ":1: the line has only numbers, in quotes unlike those below: taken for the header";
constexpr const char* kHeader = ":1: the line has numbers among its fields: taken for the header";

const std::vector<FirstLineCase> kFirstLines = {
    {"NamesOverNumbers", "a,b,y\n0.5,1,0\n1.5,1,1\n", 2, {"a", "b"}, "y", ""},
    {"NumbersAndATextLabel", "5.1,3.5,red\n4.9,3.5,blue\n6.2,3.5,red\n", 3, {"c1", "c2"}, "c3", kRow},
    {"NumbersAndALabelThatDoesNotRecur", "5.1,3.5,red\n4.9,3.5,blue\n", 2, {"c1", "c2"}, "c3", kRow},
    {"Tabs", "5.1\t3.5\tred\n4.9\t3.5\tblue\n", 2, {"c1", "c2"}, "c3", kRow},
    {"MissingValueInARow", "5.1,?,red\n4.9,?,blue\n6.2,?,red\n", 3, {"c1"}, "c3", kRow, {"c2"}},
    {"OnlyNumbers", "1.5,2,3\n4.5,2,6\n", 2, {"c1", "c2"}, "c3", kNumbersRow},
    {"ColumnNumbersOverFractions", "0,1,2\n0.5,1.5,0.7\n1.5,-0.5,1.9\n", 2, {"0", "1"}, "2", "taken for the header"},
    {"ColumnNumbersOverIntegers", "0,1,2\n3,1,5\n3,1,8\n", 3, {"c1", "c2"}, "c3", kNumbersRow},
    {"YearsAmongNames", "age,2019,2021,y\n0.5,1,1,0\n0.5,1,2,1\n", 2, {"age", "2019", "2021"}, "y", kHeader},
    {"NumberedColumnsBesideATextLabel", "class,1,2,3\nu,0.5,1,2\nv,0.5,3,4\n", 2, {"1", "2", "3"}, "class", kHeader},
    {"QuotedNumbersOverNumbers", "\"1\",\"2\",\"3\"\n4,1,5\n3,1,8\n", 2, {"1", "2"}, "3", kQuotedHeader},
    {"QuotedNumbersOverQuotedOnes", "\"1\",\"2\",\"3\"\n\"4\",1,5\n3,1,8\n", 3, {"c1", "c2"}, "c3", kNumbersRow},
    {"QuotedNumbersAndAName",
     "\"1\",\"2\",\"y\"\n4,1,\"a\"\n3,1,\"b\"\n",
     2,
     {"1", "2"},
     "y",
     ", in quotes unlike those below: taken for the header"},
    {"BooleansUnderNames", "smoker,y\nTrue,0\nFalse,1\n", 2, {"smoker"}, "y", ""},
    {"BooleansInARow", "True,0.5,a\nFalse,0.5,b\nTrue,1.5,a\n", 3, {"c1", "c2"}, "c3", kRow},
    {"NamesThatAreWordsForTruth", "T,F,y\n0.5,1.5,0\n1.5,0.5,1\n", 2, {"T", "F"}, "y", ""},
    {"TextsOnly", "y\nred\nblue\n", 2, {}, "y", "no features"},
    {"CommentsAboveNames", "# by the tool\n# v2\na,b,y\n0.5,2,0\n1.5,1,1\n", 2, {"a", "b"}, "y", ""},
    {"CommentOfAsManyFieldsAboveNames", "# by, the, tool\na,b,y\n0.5,2,0\n1.5,1,1\n", 2, {"a", "b"}, "y", ""},
    {"OpenQuoteInACommentAboveNumbers",
     "# by,\"the tool\n0.5,2,0\n1.5,1,1\n",
     2,
     {"c1", "c2"},
     "c3",
     "the line has only numbers: taken for a row"},
    {"NamesInACommentByTheDelimiterOfTheRows", "# a;b;c,y\n0.5,0\n1.5,1\n", 2, {"# a;b;c"}, "y", ""},
    {"NamesInAComment", "# a,b,y\n0.5,2,0\n1.5,1,1\n", 2, {"# a", "b"}, "y", ""},
    {"NamesAfterAHash", "#a,b,y\n0.5,2,0\n1.5,1,1\n", 2, {"#a", "b"}, "y", ""},
};

INSTANTIATE_TEST_SUITE_P(Of, CsvFirstLine, ::testing::ValuesIn(kFirstLines),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_P(CsvFirstLine, IsUnderstoodAndSaidOnAnyNumberOfRanks) {
  const FirstLineCase& one = GetParam();
  ReadSettings settings = data_file(folder_, "data.csv", one.text);
  settings.label_kind = LabelKind::classes;
  settings.drop = one.drop;
  for (const int ranks : {1, 2, 5}) {
    const RawData data = read_on(ranks, settings);
    EXPECT_EQ(data.total_rows, one.rows);
    EXPECT_EQ(data.schema.feature_names(), one.features);
    EXPECT_EQ(data.schema.label_name(), one.label);
    if (*one.notice == '\0') {
      EXPECT_THAT(data.notices, IsEmpty());
    } else {
      EXPECT_THAT(data.notices, ElementsAre(HasSubstr(one.notice)));
    }
  }
}

class CsvHeader : public ::testing::Test {
 protected:
  ReadSettings file(const std::string& content) { return data_file(folder_, "data.csv", content); }
  std::string error(const std::string& content, LabelKind kind = LabelKind::real) {
    ReadSettings settings = file(content);
    settings.label_kind = kind;
    const std::string text = error_on(1, settings);
    EXPECT_EQ(error_on(3, settings), text);
    return text;
  }

  TemporaryFolder folder_;
};

TEST_F(CsvHeader, OptionDecides) {
  ReadSettings settings = file("0,1,2\n0.5,1.5,0.7\n");
  settings.header = HeaderPolicy::absent;
  EXPECT_EQ(read_on(2, settings).total_rows, 2);
  EXPECT_THAT(read_on(2, settings).notices, IsEmpty());
  settings = file("5.5,3.5\n4.9,3.1\n");
  settings.header = HeaderPolicy::present;
  EXPECT_EQ(read_on(2, settings).schema.feature_names(), Names{"5.5"});
  EXPECT_THAT(read_on(2, settings).notices, IsEmpty());
  settings = data_file(folder_, "data.svm", "1 1:1\n");
  settings.header = HeaderPolicy::present;
  expect_error(settings, "78 FILE: only CSV has a header line, so --header and --no-header do not apply");
}

TEST_F(CsvHeader, NameThatIsAskedForMakesTheLineAHeader) {
  ReadSettings settings = file("1,2,7\n4,5,6\n");
  settings.label_column = "2";
  EXPECT_EQ(read_on(2, settings).schema.feature_names(), (Names{"1", "7"}));
  settings = file("0,1\n4,5\n");
  expect_names(settings, {"1", "0"});
  settings.label_optional = true;
  EXPECT_EQ(read_on(2, settings).block.dense, (std::vector<double>{5, 4}));
}

TEST_F(CsvHeader, OfAnotherLengthThanTheRowsSaysWhatItLooksLike) {
  EXPECT_THAT(error("Report of 2021\na,b,y\n1,2,0\n2,1,1\n"),
              HasSubstr("65 FILE:1: the line is taken for the header and has 1 field, the lines below have 3; is there "
                        "text before the header, which line 2 seems to be? remove it"));
  EXPECT_EQ(
      error("Report, 2021\na,b,y\n1,2,0\n2,1,1\n"),
      "65 FILE:1: the line is taken for the header and has 2 fields, the lines below have 3; is there text before "
      "the header, which line 2 seems to be? remove it");
  EXPECT_EQ(
      error("Report\nof, 2021\n\na,b,y\n1,2,0\n2,1,1\n"),
      "65 FILE:1: the line is taken for the header and has 1 field, the lines from line 4 on have 3; is there text "
      "before the header, which line 4 seems to be? remove it");
  EXPECT_THAT(error("Report,,,\na,b,c,y\n1,2,3,0\n2,1,3,1\n"),
              HasSubstr("65 FILE:1:8: a column without a name; name it, or leave it out with --drop c2; is there text "
                        "before the header, which the next line seems to be? remove it"));
  for (const char* second : {"a,b,y", "kg,m,-"}) {
    EXPECT_THAT(error("Report,of,2021-03\n" + std::string(second) + "\n1,2,0\n2,1,1\n"),
                HasSubstr("65 FILE:2:1: the line has only texts, and the lines below have numbers: is it the header?"));
  }
  EXPECT_THAT(error("a,b,y\nr1,1,2,0\nr2,2,1,1\n"), HasSubstr("or does it lack a name, as for R's row names?"));
  EXPECT_THAT(error("a,b,y\n1;2;0\n2;1;1\n"), HasSubstr("the header is delimited by ',', they by ';'"));
  EXPECT_THAT(error("a,b,y\n0,5,1,5,0\n1,5,2,5,1\n"), HasSubstr("is the comma a decimal comma?"));
}

TEST_F(CsvHeader, ForeignDelimiterIsNamed) {
  for (const std::string delimiter : {":", "^", "~", " "}) {
    const std::string text = "a" + delimiter + "b" + delimiter + "y\n1" + delimiter + "2" + delimiter + "0\n";
    EXPECT_EQ(error(text, LabelKind::classes),
              "65 FILE:1: no features: no field is delimited by ',' (saw the delimiter " +
                  (delimiter == " " ? "blank); name it with --delimiter blank"
                                    : '\'' + delimiter + "'); name it with --delimiter '" + delimiter + '\''));
  }
  EXPECT_EQ(error("1 1:0.5 3:2\n0 2:1\n", LabelKind::classes),
            "65 FILE:1: no table, but LIBSVM text: read it with --format libsvm");
  EXPECT_THAT(error("a   b  y\n1   2  0\n10 20  1\n"), HasSubstr("(saw the delimiter blank)"));
  EXPECT_THAT(error("1 2 3\n4 5 6\n", LabelKind::classes), HasSubstr("(saw the delimiter blank)"));
}

TEST_F(CsvHeader, RepeatedInTheMiddleIsNamed) {
  EXPECT_EQ(error("a,b,y\n1,2,0\na,b,y\n2,1,1\n"), "65 FILE:3:1: the header stands again here; remove the line");
}

TEST_F(CsvHeader, CommentsAmongTheRowsAreNamed) {
  for (const std::string mark : {"#", "%"}) {
    const std::string wanted = "65 FILE:3:1: the line begins with " + mark +
                               ": a comment? comments can stand only above the header; remove it (grep -v '^" + mark +
                               "')";
    EXPECT_EQ(error("a,b,y\n1,2,0\n" + mark + " of 2021\n2,1,1\n"), wanted);
    EXPECT_EQ(error("a,b,y\n1,2,0\n\"" + mark + " of \"\"2021\"\", and what a string holds elsewhere\"\n"), wanted);
    EXPECT_THAT(error("a,b,y\n1,2,0\n" + mark + "2,1,1\n2,1,1\n"),
                ::testing::AllOf(HasSubstr("65 FILE:3:1: text in number column 'a' (saw '" + mark + "2')"),
                                 HasSubstr("; or is the line a comment? they can stand only above the header")));
  }
}

TEST_F(CsvHeader, WhatWasGuessedIsToldWithTheErrorThatFollows) {
  const auto notices_of = [&](int ranks, const ReadSettings& settings) {
    std::vector<Names> notices(static_cast<std::size_t>(ranks));
    run_ranks(ranks, [&](Communicator& comm) {
      try {
        read_data(settings, comm);
        ADD_FAILURE() << "no error";
      } catch (const Error& failure) {
        notices[static_cast<std::size_t>(comm.rank())] = failure.notices();
      }
    });
    EXPECT_EQ(std::set(notices.begin(), notices.end()).size(), 1U) << "ranks disagree";
    return notices.front();
  };
  const std::vector<const char*> wrong = {"1,2,0\n3,x,1\n1,2,0\n", "1,2\n1,2,0\n1,2,0\n", "1,2,0\n3,1,\n"};
  for (const char* text : wrong) {
    for (const int ranks : {1, 3}) {
      EXPECT_THAT(notices_of(ranks, file(text)), ElementsAre(HasSubstr(kNumbersRow))) << text;
    }
  }
  ReadSettings settings = file("1,2,0\n3,1,1\n");
  settings.drop = {"c9"};
  EXPECT_THAT(notices_of(3, settings), ElementsAre(HasSubstr(kNumbersRow)));
}

TEST_F(CsvHeader, UsualLabelNamesAndIdsAmongFeaturesAreSaid) {
  std::string text = "code,a,label,class\n";
  for (int i = 0; i < 19; ++i) {
    text += std::to_string(30 - i) + ",0.5,0,1\n";
  }
  EXPECT_THAT(read_on(2, file(text)).notices, ElementsAre(HasSubstr("column 'class' is a feature")))
      << "too few for ids";
  text += "7,0.5,1,0\n";
  for (const int ranks : {1, 3}) {
    EXPECT_THAT(read_on(ranks, file(text)).notices,
                ElementsAre(HasSubstr("column 'class' is a feature and has a usual name of labels"),
                            HasSubstr("column 'code' is a feature and has another whole number in every row")));
  }
  ReadSettings settings = file(text);
  settings.drop = {"code", "class"};
  EXPECT_THAT(read_on(2, settings).notices, IsEmpty());
  settings.drop = {};
  expect_names(settings, {"code", "a"});
  EXPECT_THAT(read_on(2, settings).notices, IsEmpty());
  EXPECT_THAT(read_on(2, file("ID,a,y\n7,0.5,0\n3,0.5,0\n4,0.5,1\n")).notices, ElementsAre(HasSubstr("column 'ID'")));
}

TEST_F(CsvHeader, NamesWithCommasCanBeDropped) {
  ReadSettings settings = file("a,\"size, cm\",note,y\n0.5,2,x,0\n1.5,1,y,1\n");
  settings.drop = {"note", "size", " cm"};
  EXPECT_EQ(read_on(2, settings).schema.feature_names(), Names{"a"});
  settings.drop = {"size", "note"};
  EXPECT_THAT(error_on(1, settings), HasSubstr("no column 'size' (nearest: "));
}

TEST_F(CsvHeader, ModelsFeaturesAreNeitherIdsNorFoundInAnotherCase) {
  ReadSettings settings = file("Age,dose\n1,2\n");
  settings.label_optional = true;
  expect_names(settings, {"age", "dose"});
  expect_error(settings,
               "65 FILE:1: the file lacks 1 of the model's 2 feature columns: 'age'; the file has 'Age', which differs "
               "by upper and lower case only");
  expect_names(settings, {"Age", "dose"});
  settings.id_column = "dose";
  expect_error(settings,
               "78 FILE: --id-column dose: the model uses this column as a feature; train without it (--drop dose), or "
               "name another");
}

struct BadValue {
  const char* seen;
  const char* cause;
};

TEST_F(CsvHeader, ValuesThatAreNoNumbersHaveTheirCauseNamed) {
  const std::vector<BadValue> corpus = {{"NA", "missing value in column 'a' (saw 'NA')"},
                                        {"null", "missing value in column 'a'"},
                                        {"?", "missing value in column 'a'"},
                                        {"-", "missing value in column 'a'"},
                                        {"0,5", "decimal comma in number column 'a'"},
                                        {"-1,25e-3", "decimal comma in number column 'a'"},
                                        {"1,234", "decimal comma or thousands separator in number column 'a'"},
                                        {"1,234,567.5", "thousands separator in number column 'a'"},
                                        {"1.234,5", "thousands separator in number column 'a'"},
                                        {"1 234", "thousands separator in number column 'a'"},
                                        {"1'234'567", "thousands separator in number column 'a'"},
                                        {"1\xC2\xA0"
                                         "234",
                                         "thousands separator in number column 'a'"},
                                        {"True", "boolean in number column 'a'"},
                                        {"#DIV/0!", "missing value in column 'a'"},
                                        {"unknown", "missing value in column 'a'"},
                                        {"1_234", "thousands separator in number column 'a'"},
                                        {"12%", "percent sign in number column 'a'"},
                                        {"$1.50", "currency sign in number column 'a'"},
                                        {"1.5D+03", "Fortran exponent in number column 'a'"},
                                        {"1.5\xC2\xA0", "blank that is not ASCII in number column 'a'"},
                                        {"no", "boolean in number column 'a'"},
                                        {"f", "boolean in number column 'a'"},
                                        {"Y", "boolean in number column 'a'"},
                                        {"1\r2", "lone CR line end in number column 'a'"},
                                        {"9007199254740993", "would lose digits as a float64"},
                                        {"1,2,3", "text in number column 'a'"}};
  for (const BadValue& bad : corpus) {
    EXPECT_THAT(error("a;y\n0.5;1\n" + std::string(bad.seen) + ";2\n"), HasSubstr("65 FILE:3:1: "));
    EXPECT_THAT(error("a;y\n0.5;1\n" + std::string(bad.seen) + ";2\n"), HasSubstr(bad.cause)) << bad.seen;
  }
  EXPECT_EQ(error("a,y\n9007199254740992,1\n1e300,2\n100000000000000000000000,2\n"),
            "65 FILE:4:1: the integer "
            "100000000000000000000000 would lose digits as a float64; integers above 2^53 can be ids and classes, not "
            "numbers");
}

TEST_F(CsvHeader, BooleanColumnsAreOnesAndZeros) {
  for (const char* text : {"a,y\nTrue,1\nFalse,2\n", "a,y\nTRUE,1\nfalse,2\n", "a,y\nT,1\nF,2\n", "a,y\n1,1\n0,2\n"}) {
    EXPECT_EQ(read_on(2, file(text)).block.dense, (std::vector<double>{1, 0})) << text;
  }
  std::string text = "a,y\n";
  for (int i = 0; i < 1500; ++i) {
    text += "True,1\n";
  }
  EXPECT_THAT(error(text + "0.5,1\n"),
              HasSubstr("65 FILE:1502:1: number in column 'a', which is boolean above, True and False"));
  EXPECT_THAT(error("a,y\nyes,1\nno,2\n"), HasSubstr("65 FILE:2:1: boolean in number column 'a' (saw 'yes'"));
}

}  // namespace
}  // namespace lockstep::testing
