/// Several files as one, and compressed ones.
#include "data/standard_input.h"

#include "unit/data/data_files.h"
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

namespace lockstep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Names = std::vector<std::string>;

const Names kCompressions = {"gzip", "bzip2", "xz", "zstd"};

class TextFiles : public ::testing::Test {
 protected:
  TextFiles() {
    for (int i = 0; i < 97; ++i) {
      rows_.push_back(fmt::format("\"row\n{}\",{},{}\n", i, i * 0.25, i % 3));
    }
  }

  std::string rows(std::size_t begin, std::size_t end) const {
    return fmt::format("{}", fmt::join(rows_.begin() + static_cast<std::ptrdiff_t>(begin),
                                       rows_.begin() + static_cast<std::ptrdiff_t>(end), ""));
  }

  ReadSettings named(const std::string& path) const {
    ReadSettings settings;
    settings.path = path;
    settings.id_column = "id";
    return settings;
  }

  ReadSettings whole() { return named(data_file(folder_, "whole", "id,x,y\n" + rows(0, 97)).path); }

  void expect_whole(const ReadSettings& settings) {
    const RawData expected = read_on(1, whole());
    for (const int ranks : {1, 2, 3, 8, 40}) {
      const RawData data = read_on(ranks, settings);
      EXPECT_EQ(data.block.id, expected.block.id) << settings.path << " on " << ranks;
      EXPECT_EQ(data.block.dense, expected.block.dense) << ranks;
      EXPECT_EQ(data.block.label, expected.block.label) << ranks;
      EXPECT_EQ(fingerprint_on(ranks, settings), fingerprint_on(1, whole()));
    }
  }

  std::string write(const std::string& name, const std::string& content) {
    return data_file(folder_, name, content).path;
  }

  TemporaryFolder folder_;
  Names rows_;
};

TEST_F(TextFiles, CompressedTextHasTheRowsOfPlainText) {
  for (const std::string& compression : kCompressions) {
    expect_whole(named(write("data." + compression, compressed("id,x,y\n" + rows(0, 97), compression))));
  }
  const std::string two = gzipped("id,x,y\n" + rows(0, 50)) + gzipped(rows(50, 97));
  expect_whole(named(write("members", two)));
}

TEST_F(TextFiles, ListsAndPatternsAreReadAsOneInTheOrderOfNames) {
  const std::string header = "id,x,y\n";
  const std::string c = write("part-3.csv", header + rows(40, 97));
  const std::string a =
      write("part-1.csv", "\xEF\xBB\xBF# comment\n" + header + rows(0, 10).substr(0, rows(0, 10).size() - 1));
  const std::string b = write("part-2.csv", compressed("\n" + header + rows(10, 40), "xz"));
  const std::string empty = write("part-4.csv", "");
  for (const std::string& path : {folder_ / "part-*.csv", c + "," + a + "," + b, b + " " + c + " " + a}) {
    expect_whole(named(path));
  }
  EXPECT_THAT(error_on(2, named(a + "," + a)), HasSubstr("78 " + a + ": the file stands twice"));
  EXPECT_THAT(error_on(2, named(a + "," + folder_ / "none.csv")), HasSubstr("66 "));
  EXPECT_THAT(error_on(2, named(folder_ / "none-*.csv")), HasSubstr("66 "));
}

TEST_F(TextFiles, HeadersMustAgree) {
  const std::string a = write("a.csv", "id,x,y\n" + rows(0, 30));
  const std::string b = write("b.csv", "id,y,x\n" + rows(30, 97));
  EXPECT_EQ(error_on(3, named(folder_ / "?.csv")),
            "65 " + b + ":1: the header differs from that of " + a + ": column 2 is 'y', there 'x'");
  write("b.csv", rows(30, 97));
  expect_whole(named(folder_ / "?.csv"));
  EXPECT_THAT(read_on(2, named(folder_ / "?.csv")).notices,
              ElementsAre(b + ": no header, unlike " + a + ": its first line is taken for a row"));
  write("b.csv", "1 1:2\n");
  ReadSettings svm = named(a + "," + write("c.svm", "1 1:2\n"));
  EXPECT_EQ(error_on(2, svm), "65 " + (folder_ / "c.svm") + ": the file is LIBSVM text, unlike " + a +
                                  ", which is CSV; files that are read as one have one format");
}

TEST_F(TextFiles, ErrorsNameTheFileAndItsLine) {
  write("1.csv", "id,x,y\n" + rows(0, 40));
  for (const bool is_compressed : {false, true}) {
    const std::string text = "# two lines\nid,x,y\n" + rows(40, 80) + "\"a\nb\",1,bad\n" + rows(80, 97);
    const std::string bad = write("2.csv", is_compressed ? gzipped(text) : text);
    for (const int ranks : kRankCounts) {
      EXPECT_THAT(error_on(ranks, named(folder_ / "?.csv")), HasSubstr("65 " + bad + ":84:6: labels must be numbers"));
    }
  }
}

TEST_F(TextFiles, DamagedCompressionIsOneError) {
  const std::string text = "id,x,y\n" + rows(0, 97) + std::string(200000, '\n') + rows(0, 97);
  for (const std::string& compression : kCompressions) {
    const std::string whole = compressed(text, compression);
    const std::string cut = whole.substr(0, whole.size() - 9);
    for (const int ranks : {1, 3}) {
      EXPECT_THAT(error_on(ranks, named(write("cut", cut))), HasSubstr("65 FILE: the compressed data")) << compression;
    }
  }
  EXPECT_THAT(error_on(2, named(write("more", gzipped(text) + "more"))), HasSubstr("65 FILE: the compressed data"));
}

TEST_F(TextFiles, StandardInputIsReadByOneRankForAll) {
  for (const std::string& text : {"id,x,y\n" + rows(0, 97), gzipped("id,x,y\n" + rows(0, 97))}) {
    const std::string path = write("input", text);
    const int saved = ::dup(STDIN_FILENO);
    for (const int ranks : {1, 3, 8}) {
      const int input = ::open(path.c_str(), O_RDONLY);
      ASSERT_EQ(::dup2(input, STDIN_FILENO), STDIN_FILENO);
      ::close(input);
      std::vector<RawData> parts(static_cast<std::size_t>(ranks));
      run_ranks(ranks, [&](Communicator& comm) {
        ReadSettings settings = named("-");
        take_standard_input(settings, comm);
        parts[static_cast<std::size_t>(comm.rank())] = read_data(settings, comm);
      });
      EXPECT_EQ(merged(parts).block.id, read_on(1, whole()).block.id) << ranks;
    }
    ::dup2(saved, STDIN_FILENO);
    ::close(saved);
  }
  EXPECT_THAT(error_on(2, named("-")), HasSubstr("standard input can be read by"));
}

TEST_F(TextFiles, ThreadsAreAsOneThread) {
  std::string text = "id,x,y\n";
  while (text.size() < 5000000) {
    text += rows(0, 97);
  }
  ReadSettings settings = named(write("big", text));
  const std::uint64_t expected = fingerprint_on(1, settings);
  settings.path = write("big.gz", gzipped(text)) + "," + write("nothing.csv", "id,x,y\n");
  settings.threads = 3;
  EXPECT_EQ(fingerprint_on(1, settings), expected);
  EXPECT_EQ(fingerprint_on(3, settings), expected);
}

TEST_F(TextFiles, LibsvmTextToo) {
  std::string text;
  for (int i = 1; i <= 50; ++i) {
    text += fmt::format("{} {}:0.5 {}:2 # a \"quote\n", i % 2, i, i + 3);
  }
  const std::size_t half = text.find("\n0 ", text.size() / 2) + 1;
  write("a.svm", compressed(text.substr(0, half), "zstd"));
  write("b.svm", text.substr(half));
  const auto settings = [&](const std::string& path) {
    ReadSettings read;
    read.path = path;
    return read;
  };
  const RawData expected = read_on(1, settings(write("whole.txt", text)));
  for (const int ranks : {1, 3, 8}) {
    const RawData data = read_on(ranks, settings(folder_ / "?.svm"));
    EXPECT_EQ(data.block.column, expected.block.column);
    EXPECT_EQ(data.block.value, expected.block.value);
    EXPECT_EQ(data.block.label, expected.block.label);
  }
}

}  // namespace
}  // namespace lockstep::testing
