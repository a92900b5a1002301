#include "data/reader_format.h"

#include "unit/data/data_files.h"

namespace lockstep::testing {
namespace {

using namespace std::string_literals;

class DetectFormat : public ::testing::Test {
 protected:
  std::string_view format(const std::string& name, const std::string& content) {
    const ReadSettings settings = data_file(folder_, name, content);
    return detect_format(settings, InputFile(settings.path)).name;
  }

  TemporaryFolder folder_;
};

TEST_F(DetectFormat, ByTheEndingOfTheName) {
  for (const char* name : {"a.csv", "a.tsv", "a.CSV"}) {
    EXPECT_EQ(format(name, "1 1:1"), "csv") << name;
  }
  for (const char* name : {"a.libsvm", "a.svm", "a.svmlight"}) {
    EXPECT_EQ(format(name, "a,b"), "libsvm") << name;
  }
  for (const char* name : {"a.h5", "a.hdf5"}) {
    EXPECT_EQ(format(name, "a,b"), "hdf5") << name;
  }
}

TEST_F(DetectFormat, ByTheFirstLineOfData) {
  for (const char* text : {"1 1:1", "+1\t3:0.5\t4:1", "\n# comment, one\n-1 2:1 # a,b", "1", "-1 ", "M 1:1",
                           "1 qid:3 1:2", "1:1 2:1", "1 0:1,5"}) {
    EXPECT_EQ(format("data", text), text == "1 0:1,5"s ? "csv" : "libsvm") << text;
    EXPECT_EQ(format("data.txt", text), text == "1 0:1,5"s ? "csv" : "libsvm") << text;
  }
  for (const char* text : {"a,b", "1,2", "a;b", "a\tb", "2011-01-01 00:00:00,5", "x 12:30, y"}) {
    EXPECT_EQ(format("data.train", text), "csv") << text;
  }
}

TEST_F(DetectFormat, SignatureOfHdf5IsEnough) {
  EXPECT_EQ(format("data.csv", "\x89HDF\r\n\x1a\n"s), "hdf5");
}

TEST_F(DetectFormat, IdxIsToldByItsFirstBytesAlsoWithinGzip) {
  const std::string file = "\0\0\x0d\x01\0\0\0\0"s;
  for (const char* name : {"data", "data.csv", "data.bin.gz"}) {
    EXPECT_EQ(format(name, file), "idx") << name;
    EXPECT_EQ(format(name, gzipped(file)), "idx") << name;
  }
  EXPECT_EQ(format("data.csv", gzipped("a,b\n1,2\n")), "csv");
  EXPECT_EQ(format("data.gz", gzipped("1 1:2\n")), "libsvm");
  expect_error(data_file(folder_, "data.h5", gzipped("\x89HDF\r\n\x1a\n"s)),
               "65 FILE: HDF5 in gzip cannot be read: decompress it first with gunzip");
}

TEST_F(DetectFormat, IdxIsToldByItsName) {
  for (const char* name : {"a.idx", "a.IDX.gz", "train-images-idx3-ubyte", "train-images.idx3-ubyte.gz", "x.idx1"}) {
    EXPECT_EQ(format(name, "\0\0\x0a\x01"s), "idx") << name;
    EXPECT_EQ(format(name, gzipped("nothing")), "idx") << name;
  }
  for (const char* name : {"idx", "my-idxes.txt", "widx3.txt"}) {
    EXPECT_EQ(format(name, "a,b\n1,2\n"), "csv") << name;
  }
}

TEST_F(DetectFormat, SettingWinsOverNameAndContent) {
  ReadSettings settings = data_file(folder_, "a.csv", "1 1:1");
  settings.format = format_named("libsvm");
  EXPECT_EQ(&detect_format(settings, InputFile(settings.path)), settings.format);
}

TEST_F(DetectFormat, WhatCannotBeReadIsRefused) {
  expect_error(data_file(folder_, "words", "hello\n"),
               "65 FILE:1: the format of the file cannot be told (saw 'hello'); name it with --format");
  expect_error(data_file(folder_, "nothing", ""), "65 FILE: the file is empty");
  expect_error(data_file(folder_, "blank", "\n \n"), "65 FILE: the file has no rows of data");
  expect_error(data_file(folder_, "data.csv", "PK\x03\x04"s),
               "65 FILE: zip files cannot be read: decompress it first with unzip");
  expect_error(data_file(folder_, "data.csv", "\x04\x22\x4d\x18\0"s),
               "65 FILE: lz4 files cannot be read: decompress it first with unlz4");
  EXPECT_EQ(format("data.csv", "BZh9,a\n1,2\n"), "csv");
}

TEST_F(DetectFormat, MissingFilesAndFoldersAreMissingInput) {
  ReadSettings settings;
  settings.path = folder_ / "missing.csv";
  expect_error(settings, "66 FILE: cannot open the file (No such file or directory)");
  settings.path = folder_.path();
  expect_error(settings, "66 FILE: cannot read the file (Is a directory)");
}

TEST_F(DetectFormat, RanksMustSeeTheSameFile) {
  const ReadSettings first = data_file(folder_, "first.csv", "a,y\n1,2\n");
  const ReadSettings second = data_file(folder_, "second.csv", "a,y\n1,3\n");
  run_ranks(3, [&](Communicator& comm) {
    try {
      read_data(comm.rank() == 2 ? second : first, comm);
      ADD_FAILURE() << "no error";
    } catch (const DataError& error) {
      EXPECT_NE(std::string(error.what()).find("rank 2 sees another file than rank 0"), std::string::npos);
    }
  });
}

}  // namespace
}  // namespace lockstep::testing
