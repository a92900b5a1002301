// Delimiters and decimal marks of CSV, found or given.
#include "data/csv_dialect.h"

#include "unit/data/data_files.h"
#include <gmock/gmock.h>

namespace lockstep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Numbers = std::vector<double>;

class CsvDialect : public ::testing::Test {
 protected:
  ReadSettings file(const std::string& text, const std::string& delimiter = "auto",
                    DecimalMark decimal = DecimalMark::automatic) {
    ReadSettings settings = data_file(folder_, "d.csv", text);
    settings.delimiter = Delimiter::parse(delimiter);
    settings.decimal = decimal;
    return settings;
  }

  std::string error(const ReadSettings& settings) {
    const std::string text = error_on(1, settings);
    EXPECT_EQ(error_on(3, settings), text);
    return text;
  }

  TemporaryFolder folder_;
};

TEST_F(CsvDialect, DelimitersAreSeenFromTheFirstLineOrGiven) {
  const auto expect_read = [&](const std::string& text, const std::string& delimiter) {
    for (const int ranks : {1, 3}) {
      const RawData data = read_on(ranks, file(text, delimiter));
      EXPECT_EQ(data.block.dense, (Numbers{1, 2, 4, 5})) << text;
      EXPECT_EQ(data.block.label, (Numbers{3, 6})) << text;
      EXPECT_EQ(data.schema.feature_names(), (std::vector<std::string>{"a", "b"})) << text;
    }
  };
  for (const std::string character : {",", "\t", ";", "|"}) {
    const std::string text = "a" + character + "b" + character + "y\n1" + character + "2" + character + "3\n4" +
                             character + "5" + character + "6\n";
    expect_read(text, "auto");
    expect_read(text, character);
  }
  expect_read("a|b|y\n1|2|3\n4|5|6\n", "pipe");
  expect_read("a^b^y\n1^ 2^3\n\"4\"^5^6\n", "^");
  expect_read("  a \"b\"\ty \n1   2 3\n\n\"4\" 5  6\n", "blank");
  ReadSettings settings = file("1 2 3\n4 5 6\n", "blank");
  std::filesystem::rename(settings.path, folder_ / "d");
  settings.path = folder_ / "d";
  EXPECT_EQ(read_on(2, settings).block.dense, (Numbers{1, 2, 4, 5})) << "a delimiter makes it CSV";
  // Text with pipes among commas.
  settings = file("1,a|b|c|d,0\n2,b,1\n");
  settings.drop = {"c2"};
  EXPECT_EQ(read_on(1, settings).block.dense, (Numbers{1, 2}));
}

TEST_F(CsvDialect, DecimalCommasAreFoundAndSaid) {
  for (const std::string text : {"a;b;y\n0,5;-1,25e1;0,5\n1;+,5;1,5\n", "a\tb\ty\n0,5\t-12,5\t0,5\n1\t0,5\t1,5\n"}) {
    for (const int ranks : {1, 3}) {
      const RawData data = read_on(ranks, file(text));
      EXPECT_EQ(data.block.dense, (Numbers{0.5, -12.5, 1, 0.5}));
      EXPECT_EQ(data.block.label, (Numbers{0.5, 1.5}));
      EXPECT_THAT(data.notices, ElementsAre(HasSubstr("numbers are taken to have decimal commas, as '0,5' has; "
                                                      "--decimal point takes them for errors")));
    }
  }
  const RawData headless = read_on(2, file("0,5;1,5;0\n1,5;-0,5;1\n"));
  EXPECT_EQ(headless.block.dense, (Numbers{0.5, 1.5, 1.5, -0.5}));
  // Said by the option: also where they show nothing, and in quotes between commas.
  EXPECT_EQ(read_on(1, file("a;y\n1,234;1\n2;0\n", "auto", DecimalMark::comma)).block.dense, (Numbers{1.234, 2}));
  EXPECT_EQ(read_on(1, file("a,y\n\"1,5\",1\n2,0\n", "comma", DecimalMark::comma)).block.dense, (Numbers{1.5, 2}));
  EXPECT_TRUE(read_on(1, file("a;y\n1,5;1\n2;0\n", "auto", DecimalMark::comma)).notices.empty());
  // The labels of two classes are those that points would make.
  ReadSettings classes = file("a;y\n0,5;1,5\n1,5;2\n");
  classes.label_kind = LabelKind::classes;
  EXPECT_EQ(read_on(2, classes).schema.class_names(), (std::vector<std::string>{"1.5", "2"}));
}

TEST_F(CsvDialect, AWrongGuessOfTheDecimalMarkIsAnErrorAtItsPlace) {
  std::string rows;
  for (int i = 0; i < 2000; ++i) {
    rows += "1,5;2\n";
  }
  const std::string behind = "; write a comma, or nothing where it parts thousands; or say --decimal point";
  EXPECT_EQ(error(file("a;y\n" + rows + "1.234;3\n")),
            "65 FILE:2002:1: decimal point in column 'a' (saw '1.234'), where numbers have decimal commas" + behind);
  EXPECT_EQ(error(file("a;y\n" + rows + "1;0.5\n")),
            "65 FILE:2002:3: decimal point in column 'y' (saw '0.5'), where numbers have decimal commas" + behind);
  EXPECT_THAT(error(file("a;y\n" + rows + "1.234,5;3\n")),
              HasSubstr("65 FILE:2002:1: thousands separator in number column 'a'"));
  // Found only where all numbers are so: thousands, points elsewhere and lists show none.
  EXPECT_THAT(error(file("a;y\n1,234;1\n2;0\n")),
              HasSubstr("65 FILE:2:1: decimal comma or thousands separator in number column 'a' (saw '1,234', the "
                        "delimiter being ';'); write 1.234 or 1234, or say --decimal comma"));
  EXPECT_THAT(error(file("a;b;y\n0,5;0.5;1\n2;1;0\n")),
              HasSubstr("65 FILE:2:1: decimal comma in number column 'a' (saw '0,5', the delimiter being ';'); write "
                        "numbers with a decimal point, or say --decimal comma"));
  EXPECT_THAT(error(file("a;y\n1,2;1\n1,2,3;0\n")), HasSubstr("65 FILE:2:1: decimal comma in number column 'a'"));
  EXPECT_THAT(error(file("a;y\n0,5;1\n", "auto", DecimalMark::point)), HasSubstr("65 FILE:2:1: decimal comma"));
}

TEST_F(CsvDialect, OptionsOfOtherFormatsAreRefused) {
  ReadSettings settings = data_file(folder_, "d.svm", "1 1:2\n");
  settings.delimiter = Delimiter::parse("tab");
  EXPECT_EQ(error(settings), "78 FILE: only CSV has delimiters, so --delimiter does not apply");
  settings.delimiter = {};
  settings.decimal = DecimalMark::comma;
  EXPECT_EQ(error(settings), "78 FILE: only CSV has decimal marks to choose from, so --decimal does not apply");
  settings = file("a,y\n1,2\n");
  settings.skip_query_ids = true;
  EXPECT_EQ(error(settings), "78 FILE: only LIBSVM text has query ids, so --skip-qid does not apply");
  for (const char* text : {"", ",,", "a", "1", "\"", ".", "-", "+", "#", "\n", "\xc2\xa0"}) {
    EXPECT_THROW(Delimiter::parse(text), UsageError) << text;
  }
  EXPECT_EQ(Delimiter::parse("\\t").character, '\t');
}

}  // namespace
}  // namespace lockstep::testing
