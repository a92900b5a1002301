// Labels as they are written: codes keep their zeros, numbers have one spelling, missing ones are no class.
#include "data/labels.h"

#include "unit/data/data_files.h"
#include "unit/io/hdf5_samples.h"
#include <gmock/gmock.h>

namespace lockstep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

TEST(ClassLabel, KeepsDigitsAndCodes) {
  for (const char* text : {"7", "+7", "7.0", "7.", "7e0"}) {
    EXPECT_EQ(class_label(text), "7") << text;
  }
  for (const char* text : {"007", "00", "-07", "01.5", "9007199254740993", "18446744073709551617", "100000", "red"}) {
    EXPECT_EQ(class_label(text), text);
  }
  EXPECT_EQ(class_label("1e5"), "100000");
  EXPECT_EQ(class_label("+9007199254740993.0"), "9007199254740993");
  EXPECT_EQ(class_label("9007199254740993.5"), "9007199254740993.5");
  EXPECT_EQ(class_label("9.007199254740993e15"), "9007199254740993");
  EXPECT_EQ(class_label("1e23"), "100000000000000000000000");
  EXPECT_EQ(class_label("0.05e2"), "5");
  EXPECT_EQ(class_label("-0"), "0");
  EXPECT_EQ(class_label("0.50"), "0.5");
}

std::string without_quotes(const std::string& field) {
  return field.starts_with('"') ? field.substr(1, field.size() - 2) : field;
}

class LabelSpelling : public ::testing::Test {
 protected:
  /// Settings for a CSV file of these labels.
  ReadSettings csv(const Names& labels) {
    std::string text = "a,y\n";
    for (const std::string& label : labels) {
      text += "0.5," + label + '\n';
    }
    ReadSettings settings = data_file(folder_, "data.csv", text);
    settings.label_kind = LabelKind::classes;
    return settings;
  }

  /// Settings for an HDF5 file whose labels (and ids) are of this type.
  template <typename Value>
  ReadSettings hdf5(hid_t type, const std::vector<Value>& labels) {
    ReadSettings settings;
    settings.path = folder_ / "data.h5";
    settings.label_kind = LabelKind::classes;
    Hdf5Sample sample(settings.path);
    const Numbers x(labels.size(), 0.5);
    sample.write("X", H5T_NATIVE_DOUBLE, H5T_NATIVE_DOUBLE, {labels.size(), 1}, x.data());
    sample.write("y", type, type, {labels.size()}, labels.data());
    sample.write("id", type, type, {labels.size()}, labels.data());
    return settings;
  }

  TemporaryFolder folder_;
};

TEST_F(LabelSpelling, CodesAreKept) {
  EXPECT_EQ(read_on(2, csv({"007", "042", "007"})).schema.class_names(), (Names{"007", "042"}));
  ReadSettings settings = csv({"7"});
  settings.expected.set_class_names({"007", "042"});
  EXPECT_THAT(error_on(2, settings), HasSubstr("label '7' is not among the model's classes (007, 042)"));
}

TEST_F(LabelSpelling, OneNumberInTwoSpellingsIsRefused) {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"1", "01"}, {"1", "1e0"}, {"1.1", "1.10"}, {"0.5", ".5"}, {"1000", "1e3"}, {"007", "7"}, {"0", "00"}};
  for (const auto& [one, other] : pairs) {
    for (const int ranks : {1, 4}) {
      const std::string error = error_on(ranks, csv({one, "5", "5", other}));
      EXPECT_THAT(error, HasSubstr("are one number in two spellings")) << one << " and " << other;
      EXPECT_THAT(error, HasSubstr("'" + one + "'"));
      EXPECT_THAT(error, HasSubstr("'" + other + "'"));
    }
  }
  EXPECT_EQ(read_on(2, csv({"+1", "1", "1.0", "-1"})).schema.class_names(), (Names{"-1", "1"}));
}

TEST_F(LabelSpelling, MissingLabelsAmongNumbersAreNoClass) {
  for (const std::string missing : {"NA", "N/A", "null", "None", "?", "-", "missing", "<NA>", "unknown"}) {
    expect_error(
        csv({"0", "1", "0", missing, "1", missing}),
        "65 FILE:5:5: missing value in the label (saw '" + missing + "'); leave the row out or fill it in" +
            (missing == "NA" || missing == "null" ? "; a class of that name needs another, such as '" + missing + "_'"
                                                  : ""));
    ReadSettings settings = csv({"1", missing});
    settings.expected.set_class_names({"0", "1"});
    EXPECT_THAT(error_on(2, settings), HasSubstr("65 FILE:3:5: missing value in the label"));
    settings.expected = {};
    settings.label_kind = LabelKind::real;
    EXPECT_THAT(error_on(2, settings), HasSubstr("65 FILE:3:5: missing value in the label"));
  }
}

TEST_F(LabelSpelling, MissingLabelsAmongTextsAreNoClass) {
  for (const std::string missing : {"NA", "N/A", "n.a.", "?", "nan", "NaN", "null", "<NA>", "#N/A", "#DIV/0!",
                                    "#VALUE!", "#REF!", "\" NA \"", "\"\"", ""}) {
    for (const int ranks : {1, 3}) {
      const std::string error = error_on(ranks, csv({"yes", "no", missing, "yes"}));
      EXPECT_THAT(error, ::testing::StartsWith("65 FILE:4:5: missing value in the label")) << missing;
      EXPECT_THAT(error, HasSubstr("leave the row out or fill it in"));
    }
  }
  EXPECT_THAT(error_on(2, csv({"NA", "DE"})), HasSubstr("; a class of that name needs another, such as 'NA_'"));
  ReadSettings settings = csv({"DE", "NA", "NA"});
  settings.expected.set_class_names({"DE", "NA"});
  EXPECT_EQ(read_on(2, settings).block.label, (Numbers{0, 1, 1})) << "the model knows a class of that name";
}

TEST_F(LabelSpelling, WhatMayBeMissingAmongTextsIsAClassAndSaidOnce) {
  for (const std::string unclear : {"none", "unknown", "-", ".", "Missing", "nil"}) {
    for (const int ranks : {1, 3}) {
      const RawData data = read_on(ranks, csv({"mild", unclear, "severe", unclear}));
      EXPECT_EQ(data.schema.class_names().size(), 3U);
      EXPECT_THAT(data.notices, ElementsAre(HasSubstr("label '" + unclear +
                                                      "' in column 'y' is taken for a class: leave the rows out if")));
    }
  }
  EXPECT_THAT(read_on(2, csv({"+", "-", "+"})).notices, IsEmpty());
}

TEST_F(LabelSpelling, ClassesThatDifferOnlyInCaseOrBlanksAreSaid) {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"yes", "Yes"}, {"True", "TRUE"}, {"yes", "\" yes\""}, {"1", "\"1 \""}};
  for (const auto& [one, other] : pairs) {
    for (const int ranks : {1, 3}) {
      const RawData data = read_on(ranks, csv({one, "no", other, "no"}));
      EXPECT_EQ(data.schema.class_names().size(), 3U);
      EXPECT_THAT(data.notices,
                  ElementsAre(::testing::AllOf(HasSubstr("'" + one + "'"), HasSubstr("'" + without_quotes(other) + "'"),
                                               HasSubstr("in column 'y' are 2 classes, though they differ only in"))));
    }
  }
  EXPECT_THAT(read_on(2, csv({"yes", "no"})).notices, IsEmpty());
  EXPECT_THAT(
      read_on(3, csv({"yes", "no", "YES", "Yes", "No"})).notices,
      ElementsAre(HasSubstr("labels 'No', 'no' in column 'y' are 2 classes, though they differ only in upper and "
                            "lower case or in blanks (as do others)")));
  ReadSettings settings = csv({"yes", "No"});
  settings.expected.set_class_names({"no", "yes"});
  expect_error(
      settings,
      "65 FILE:3:5: label 'No' is not among the model's classes (no, yes); 'no' differs only in case or blanks "
      "(--label-map 'No->no' takes the one for the other)");
}

TEST_F(LabelSpelling, ATextAmongNumbersIsSaid) {
  for (const int ranks : {1, 3}) {
    EXPECT_THAT(read_on(ranks, csv({"0", "1", "True", "1"})).notices,
                ElementsAre(HasSubstr("label 'True' in column 'y' is a text, though others are numbers (such as '0'), "
                                      "and is taken for a class of its own: correct it if a number is meant")));
  }
  EXPECT_THAT(read_on(2, csv({"0", "1", "x", "*"})).notices, ElementsAre(HasSubstr("labels '*', 'x' in column 'y'")));
  EXPECT_THAT(read_on(2, csv({"True", "False"})).notices, IsEmpty());
}

TEST_F(LabelSpelling, NumbersWrittenInAnotherWayAreNoClasses) {
  const std::vector<std::pair<std::string, std::string>> written = {
      {"\"1,5\"", "decimal comma in the label (saw '1,5'); write numbers with a decimal point"},
      {"\"1,234\"", "decimal comma or thousands separator in the label (saw '1,234')"},
      {"1 234", "thousands separator in the label (saw '1 234')"},
      {"1'234", "thousands separator in the label"},
      {"1_234", "thousands separator in the label"}};
  for (const auto& [label, error] : written) {
    for (const Names& labels : {Names{"1", "2", label, label}, Names{label, label}}) {
      const std::string row = labels.size() == 2 ? "2" : "4";
      EXPECT_THAT(error_on(3, csv(labels)), ::testing::StartsWith("65 FILE:" + row + ":5: " + error));
      EXPECT_EQ(error_on(1, csv(labels)), error_on(3, csv(labels)));
    }
    EXPECT_EQ(read_on(2, csv({label, "red"})).schema.class_names().size(), 2U) << "a name among texts";
  }
  ReadSettings settings = csv({"0", "\"0,5\""});
  settings.expected.set_class_names({"0", "1"});
  EXPECT_THAT(error_on(2, settings), HasSubstr("65 FILE:3:5: decimal comma in the label"));
}

TEST_F(LabelSpelling, NumbersThatNoDoubleHoldsAreRefused) {
  ReadSettings settings = csv({"1", "9007199254740993.0"});
  EXPECT_EQ(read_on(2, settings).schema.class_names(), (Names{"1", "9007199254740993"}));
  settings.label_kind = LabelKind::real;
  EXPECT_THAT(error_on(2, settings), HasSubstr("65 FILE:3:5: the integer 9007199254740993.0 would lose digits"));
  for (const LabelKind kind : {LabelKind::classes, LabelKind::real}) {
    settings = csv({"1", "-1e-400"});
    settings.label_kind = kind;
    expect_error(settings, "65 FILE:3:5: the label '-1e-400' is too near 0 for a float64; scale the labels");
    settings = csv({"1", "1e400"});
    settings.label_kind = kind;
    EXPECT_THAT(error_on(2, settings), HasSubstr("65 FILE:3:5: value in the label is out of range (saw '1e400')"));
  }
  EXPECT_EQ(read_on(2, csv({"0.0", "0", "1"})).schema.class_names(), (Names{"0", "1"}));
}

TEST_F(LabelSpelling, MissingTextAmongNumbersInHdf5IsNamedByItsRow) {
  ReadSettings settings;
  settings.path = folder_ / "data.h5";
  settings.label_kind = LabelKind::classes;
  {
    Hdf5Sample sample(settings.path);
    const Numbers x(4, 0.5);
    sample.write("X", H5T_NATIVE_DOUBLE, H5T_NATIVE_DOUBLE, {4, 1}, x.data());
    sample.write_strings("y", {"0", "1", "NA", "1"});
  }
  expect_error(settings,
               "65 FILE: /y: row 3: missing value in the label (saw 'NA'); leave the row out or fill it in; a class of "
               "that name needs another, such as 'NA_'");
}

TEST_F(LabelSpelling, IntegersOfHdf5AreExactAndAgreeWithCsv) {
  constexpr std::int64_t big = std::int64_t{1} << 53;
  ReadSettings settings = hdf5(H5T_NATIVE_INT64, std::vector<std::int64_t>{big + 1, -7, big, INT64_MIN, 100000});
  settings.id_column = "id";
  const RawData data = read_on(3, settings);
  const Names names = {"-9223372036854775808", "-7", "100000", "9007199254740992", "9007199254740993"};
  EXPECT_EQ(data.schema.class_names(), names);
  EXPECT_EQ(data.block.label, (Numbers{4, 1, 3, 0, 2}));
  EXPECT_EQ(data.block.id, (Names{"9007199254740993", "-7", "9007199254740992", "-9223372036854775808", "100000"}));
  const std::uint64_t fingerprint = fingerprint_on(2, settings);
  EXPECT_EQ(fingerprint_on(2, csv(data.block.id)), fingerprint);
  settings = hdf5(H5T_NATIVE_UINT64, std::vector<std::uint64_t>{UINT64_MAX, 3});
  settings.id_column = "id";
  EXPECT_EQ(read_on(2, settings).block.id, (Names{"18446744073709551615", "3"}));
  settings.label_kind = LabelKind::real;
  EXPECT_THAT(error_on(2, settings), HasSubstr("/y: row 1: the integer 18446744073709551615 would lose digits"));
}

TEST_F(LabelSpelling, ShortFloatsOfHdf5AgreeWithCsv) {
  EXPECT_EQ(read_on(2, hdf5(H5T_NATIVE_FLOAT, std::vector<float>{0.1F, 0.2F})).schema.class_names(),
            (Names{"0.1", "0.2"}));
  ReadSettings settings = hdf5(H5T_NATIVE_DOUBLE, Numbers{1, 100000, 0.25});
  settings.id_column = "id";
  EXPECT_EQ(read_on(2, settings).schema.class_names(), (Names{"0.25", "1", "100000"}));
  EXPECT_EQ(read_on(2, settings).block.id, (Names{"1", "100000", "0.25"}));
}

TEST_F(LabelSpelling, TooManyNameTheColumnAndHowItWasFound) {
  std::string text = "a,b\n";
  for (int i = 0; i < 1001; ++i) {
    text += "0.5," + std::to_string(i) + "x\n";
  }
  ReadSettings settings = data_file(folder_, "data.csv", text);
  settings.label_kind = LabelKind::classes;
  expect_error(settings,
               "65 FILE: more than 1000 different labels in column 'b', which was taken for the label as the last one "
               "(--label-column names another); is this a regression target?");
  settings.label_column = "b";
  expect_error(settings, "65 FILE: more than 1000 different labels in column 'b'; is this a regression target?");
}

}  // namespace
}  // namespace lockstep::testing
