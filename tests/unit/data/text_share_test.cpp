#include "data/text_share.h"

#include "data/part_rows.h"
#include "data/text_error.h"
#include "data/text_parser.h"
#include "lockstep/base/errors.h"

#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "support/thread_communicator.h"
#include "unit/io/temporary_folder.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::TemporaryFolder;

std::vector<std::string> lines_of(const InputFile& file, const TextBody& body, int ranks) {
  std::vector<std::string> lines;
  for (int rank = 0; rank < ranks; ++rank) {
    LineReader reader(file, body, body.share(rank, ranks));
    for (std::string_view line; reader.next(line);) {
      lines.emplace_back(line);
    }
  }
  return lines;
}

/// Refuses the line "bad".
class BadLines final : public RecordParser {
 public:
  void add(std::string_view line) override {
    if (line == "bad") {
      throw ContentError(3, "is bad");
    }
  }
};

class TextShare : public ::testing::Test {
 protected:
  InputFile& write(const std::string& text) {
    testing::write_text(folder_ / "file", text);
    file_ = std::make_unique<InputFile>(folder_ / "file");
    return *file_;
  }

  TemporaryFolder folder_;
  std::unique_ptr<InputFile> file_;
};

TEST_F(TextShare, EveryLineHasOneOwnerForAnyNumberOfRanks) {
  const std::vector<std::string> texts = {"",       "\n",       "a",       "a\n",          "\n\n\na",
                                          "ab\ncd", "ab\ncd\n", "a\nb\nc", "abcdefghij\n", "abcdefghijkl\nb\n\nc"};
  for (const std::string& text : texts) {
    const InputFile& file = write(text);
    const TextBody body = whole_text(file);
    const std::vector<std::string> serial = lines_of(file, body, 1);
    for (int ranks = 2; ranks <= 20; ++ranks) {
      EXPECT_EQ(lines_of(file, body, ranks), serial) << '"' << text << "\" on " << ranks << " ranks";
    }
  }
}

TEST_F(TextShare, LinesLongerThanAnyReadComeWhole) {
  std::mt19937 random(7);
  std::vector<std::string> expected;
  std::string text;
  for (int i = 0; i < 40; ++i) {
    const std::size_t length = i % 5 == 0 ? 200000 + random() % 2000000 : random() % 100;
    expected.push_back(std::string(length, static_cast<char>('a' + i % 26)));
    text += expected.back() + '\n';
  }
  const InputFile& file = write(text);
  for (const int ranks : {1, 2, 3, 8, 64}) {
    EXPECT_EQ(lines_of(file, whole_text(file), ranks), expected) << ranks;
  }
}

TEST_F(TextShare, LineEndsAreNotPartOfALine) {
  const InputFile& file = write(
      "\xEF\xBB\xBF"
      "a\r\nb\n\r\nc\r");
  EXPECT_EQ(lines_of(file, whole_text(file), 1), (std::vector<std::string>{"a", "b", "", "c"}));
}

TEST_F(TextShare, FirstErrorOfTheFileWinsForAnyNumberOfRanks) {
  std::string text;
  for (int i = 1; i <= 100; ++i) {
    text += i % 30 == 17 ? "bad\n" : "fine" + std::string(static_cast<std::size_t>(i % 7), '.') + '\n';
  }
  InputFile& file = write(text);
  TextBody body = whole_text(file);
  body.lines_before = 2;
  for (int ranks = 1; ranks <= 12; ++ranks) {
    testing::run_ranks(ranks, [&](Communicator& comm) {
      try {
        PartRows rows;
        const auto make = [](std::int64_t, RowSink&) { return std::make_unique<BadLines>(); };
        parse_text(comm, file, body, {.threads = 1 + ranks % 3}, rows, make);
        ADD_FAILURE() << "no error";
      } catch (const Error& error) {
        EXPECT_EQ(error.what(), file.path() + ":19:3: is bad") << ranks << " ranks";
      }
    });
  }
}

TEST_F(TextShare, FileWithoutLineEndsTakesBoundedMemory) {
  testing::write_text(folder_ / "long", "");
  std::filesystem::resize_file(folder_ / "long", std::uintmax_t{3} << 30);  // sparse: takes no disk
  const InputFile file(folder_ / "long");
  const TextBody body = whole_text(file);
  LineReader reader(file, body, body.share(0, 2));
  std::string_view line;
  try {
    reader.next(line);
    FAIL() << "no error";
  } catch (const ContentError& error) {
    EXPECT_STREQ(error.what(), "line is longer than 256 MiB");
  }
  EXPECT_EQ(reader.lines(), 1);
}

TEST_F(TextShare, WhatIsNoRegularFileIsRefused) {
  const auto code_of = [&](const std::string& path) {
    try {
      const InputFile file(path);
    } catch (const Error& error) {
      return error.code();
    }
    return ExitCode::success;
  };
  EXPECT_EQ(code_of(folder_ / "missing"), ExitCode::input_missing);
  EXPECT_EQ(code_of(folder_.path()), ExitCode::input_missing);
  EXPECT_EQ(code_of("/dev/null"), ExitCode::bad_data);
}

}  // namespace
}  // namespace lockstep
