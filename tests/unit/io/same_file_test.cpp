#include "io/same_file.h"

#include "lockstep/base/errors.h"

#include <filesystem>

#include "temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

namespace fs = std::filesystem;

/// A folder with data.csv, links to it and a folder linked to; paths in it are relative to it.
class SameFile : public ::testing::Test {
 protected:
  SameFile() {
    write_text(folder_ / "data.csv", "a,y\n1,2\n");
    write_text(folder_ / "copy.csv", "a,y\n1,2\n");
    fs::create_directory(folder_ / "sub");
    fs::create_symlink("data.csv", folder_ / "symbolic.csv");
    fs::create_symlink("symbolic.csv", folder_ / "twice.csv");
    fs::create_symlink("gone.csv", folder_ / "dangling.csv");
    fs::create_symlink(".", folder_ / "here");
    fs::create_hard_link(folder_ / "data.csv", folder_ / "hard.csv");
  }

  const TemporaryFolder folder_;
};

class OneFile : public SameFile, public ::testing::WithParamInterface<const char*> {};

TEST_P(OneFile, IsFoundBehindAnySpelling) {
  EXPECT_TRUE(is_same_file(folder_ / GetParam(), folder_ / "data.csv"));
  EXPECT_TRUE(is_same_file(folder_ / "data.csv", folder_ / GetParam()));
  try {
    require_no_input(folder_ / GetParam(), {{"--labels", ""}, {"--data", folder_ / "data.csv"}}, "choose another");
    ADD_FAILURE() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::cannot_create);
    EXPECT_THAT(error.what(),
                ::testing::AllOf(::testing::HasSubstr("the input --data"), ::testing::EndsWith("; choose another")));
  }
}

INSTANTIATE_TEST_SUITE_P(Spellings, OneFile,
                         ::testing::Values("data.csv", "./data.csv", "sub/../data.csv", "sub//..//./data.csv",
                                           "symbolic.csv", "twice.csv", "hard.csv", "here/data.csv",
                                           "here/here/hard.csv"));

class OtherFile : public SameFile, public ::testing::WithParamInterface<const char*> {};

TEST_P(OtherFile, IsLeftAlone) {
  EXPECT_FALSE(is_same_file(folder_ / GetParam(), folder_ / "data.csv"));
  EXPECT_FALSE(is_same_file(folder_ / "data.csv", folder_ / GetParam()));
  EXPECT_NO_THROW(require_no_input(folder_ / GetParam(), {{"--data", folder_ / "data.csv"}}, ""));
}

INSTANTIATE_TEST_SUITE_P(Names, OtherFile,
                         ::testing::Values("copy.csv", "new.csv", "dangling.csv", "sub", "sub/data.csv"));

TEST_F(SameFile, PathsWithoutAFileAreComparedOnceResolved) {
  EXPECT_TRUE(is_same_file(folder_ / "new.csv", folder_ / "here/sub/../new.csv"));
  EXPECT_FALSE(is_same_file(folder_ / "new.csv", folder_ / "newer.csv"));
  EXPECT_FALSE(is_same_file("", ""));
}

TEST_F(SameFile, DevicesAreNeverInTheWay) {
  EXPECT_FALSE(is_same_file("/dev/null", "/dev/null"));
}

}  // namespace
}  // namespace lockstep::testing
