// Files of other formats and encodings: refused with what is read and what to do.
#include "unit/data/data_files.h"
#include <gmock/gmock.h>

namespace lockstep::testing {
namespace {

using namespace std::string_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

struct ForeignFile {
  const char* name;
  std::string content;
  const char* message;
};

class ForeignFormat : public ::testing::Test {
 protected:
  std::string error(const std::string& name, const std::string& content) {
    const ReadSettings settings = data_file(folder_, name, content);
    const std::string text = error_on(1, settings);
    EXPECT_EQ(error_on(3, settings), text);
    return text;
  }

  TemporaryFolder folder_;
};

/// ASCII text as UTF-16; the first byte of each character is the one `at` 0.
std::string utf16(const std::string& text, bool is_big) {
  std::string wide;
  for (const char c : text) {
    wide += is_big ? "\0"s + c : c + "\0"s;
  }
  return wide;
}

TEST_F(ForeignFormat, IsNamedWithWhatIsReadAndWhatToDo) {
  const std::vector<ForeignFile> corpus = {
      {"d.parquet", "PAR1\x15\0\x15"s, "Parquet"},
      {"d.csv", "PAR1\x15\0\x15"s, "Parquet"},
      {"d.feather", "ARROW1\0\0"s, "Arrow or Feather"},
      {"d.mat", "MATLAB 5.0 MAT-file, Platform: GLNXA64"s, "MATLAB 5, which"},
      {"d.mat", "MATLAB 7.3 MAT-file, Platform: GLNXA64"s, "MATLAB 7.3, which"},
      {"d.xlsx", "PK\x03\x04\x14\0\x06\0[Content_Types].xml"s, "Excel (.xlsx), which is not a format it reads; save"},
      {"d.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0"s, "Excel (.xls)"},
      {"d.pkl", "\x80\x04\x95\0\0"s, "a Python pickle"},
      {"d.json", "{\"a\": [1, 2]}\n"s, "JSON"},
      {"d.arff", "@RELATION iris\n@attribute a numeric\n"s, "ARFF"},
      {"d.csv", "<!DOCTYPE html>\n<html>\n"s, "HTML"},
      {"d.csv", "version https://git-lfs.github.com/spec/v1\n"s, "git lfs pull"},
      {"d.h5", "LOCKSTEP\x01\0\0\0"s, "a Lockstep checkpoint"},
  };
  for (const ForeignFile& file : corpus) {
    EXPECT_THAT(error(file.name, file.content), AllOf(HasSubstr("65 FILE: "), HasSubstr(file.message),
                                                      HasSubstr("what is read: CSV and TSV, LIBSVM text, HDF5, IDX")));
  }
}

TEST_F(ForeignFormat, WideEncodingsAreNamedWithAndWithoutMark) {
  const std::string text = "alpha,beta,y\n0.5,1.5,0\n1.5,0.5,1\n";
  for (const char* name : {"d.csv", "d.txt", "d.svm"}) {
    EXPECT_EQ(error(name, "\xff\xfe"s + utf16(text, false)),
              "65 FILE: text in UTF-16LE; convert it: iconv -f UTF-16LE -t UTF-8");
    EXPECT_EQ(error(name, "\xfe\xff"s + utf16(text, true)),
              "65 FILE: text in UTF-16BE; convert it: iconv -f UTF-16BE -t UTF-8");
    EXPECT_THAT(error(name, utf16(text, false)), HasSubstr("text in UTF-16LE"));
    EXPECT_THAT(error(name, utf16(text, true)), HasSubstr("text in UTF-16BE"));
    EXPECT_THAT(error(name, "\xff\xfe\0\0a\0\0\0"s), HasSubstr("text in UTF-32"));
  }
}

TEST_F(ForeignFormat, LoneCarriageReturnsAreNamed) {
  for (const char* name : {"d.csv", "d.txt"}) {
    EXPECT_THAT(error(name, "a,b,y\r1,2,0\r2,1,1\r"), HasSubstr("65 FILE: lines end in lone CR"));
  }
  EXPECT_THAT(error("d.svm", "1 1:2\r0 1:1\r"), HasSubstr("lone CR"));
  EXPECT_EQ(read_on(2, data_file(folder_, "d.csv", "a,y\r\n0.5,2\r\n")).total_rows, 1);
}

}  // namespace
}  // namespace lockstep::testing
