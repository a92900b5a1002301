/// Line ends within quotes, wherever the shares of ranks and the parts of threads begin.
#include "data/quote_scanner.h"
#include "data/text_share.h"

#include <random>

#include "unit/data/data_files.h"
#include <fmt/format.h>

namespace lockstep::testing {
namespace {

using Names = std::vector<std::string>;

std::string in_quotes(const std::string& text) {
  std::string field = "\"";
  for (const char c : text) {
    field += c == '"' ? "\"\"" : std::string(1, c);
  }
  return field + '"';
}

class QuotedText : public ::testing::Test {
 protected:
  ReadSettings file(const std::string& content) {
    ReadSettings settings = data_file(folder_, "data.csv", content);
    settings.id_column = "id";
    return settings;
  }

  TemporaryFolder folder_;
};

TEST_F(QuotedText, RowsAreThoseOfOneRankForAnyRanks) {
  const Names id = {"a",      "two\nlines", "say \"hi\",\nplease", "\n\n\n", "5\" pipe", "\r\nx", "\"\n\"",
                    "a,b\nc", "\n1,2\n3,4", "last\n\"quoted\"\n",  "plain",  ""};
  std::string text = "\"id\",\"x\ny\",z\n";
  std::vector<double> dense;
  for (std::size_t i = 0; i < id.size(); ++i) {
    text += (i == 4 ? id[i] : in_quotes(id[i])) + fmt::format(",{},{}\n", i, 2 * i);
    dense.push_back(static_cast<double>(i));
  }
  for (int ranks = 1; ranks <= 40; ++ranks) {
    const RawData data = read_on(ranks, file(text));
    EXPECT_EQ(data.block.id, id) << ranks;
    EXPECT_EQ(data.block.dense, dense) << ranks;
    EXPECT_EQ(data.schema.feature_names(), Names{"x\ny"});
  }
}

/// Some megabytes: several parts a thread.
TEST_F(QuotedText, RowsAreThoseOfOneThreadForAnyThreads) {
  std::mt19937 random(3);
  Names id;
  std::string text = "id,x,y\n";
  while (text.size() < 6000000) {
    std::string name(random() % 3000, 'n');
    for (std::size_t at = 0; at < name.size(); at += 1 + random() % 40) {
      name[at] = "\n\",;\n"[random() % 5];
    }
    text += in_quotes(name) + fmt::format(",{},{}\n", id.size(), id.size() % 7);
    id.push_back(name);
  }
  ReadSettings settings = file(text);
  for (const int ranks : {1, 3}) {
    for (settings.threads = 1; settings.threads <= 4; ++settings.threads) {
      EXPECT_EQ(read_on(ranks, settings).block.id, id) << ranks << " ranks, " << settings.threads << " threads";
    }
  }
}

TEST_F(QuotedText, FirstBadRecordWinsForAnyRanksAndThreads) {
  const std::string rows = "\"a\nb\",1,2\nc,3,4\n";
  std::string text = "id,x,y\n";
  std::int64_t lines = 1;
  const auto add = [&](std::size_t bytes) {
    for (const std::size_t end = text.size() + bytes; text.size() < end; lines += 3) {
      text += rows;
    }
  };
  add(2500000);
  const std::int64_t bad = lines + 2;
  const std::string good = text;
  const std::string label =
      ": labels must be numbers for this model (saw 'z'); name another column with "
      "--label-column, or train a classifier";
  const std::string value =
      ": text in number column 'x' (saw 'z'); leave it out with --drop x, or if it is the label, "
      "say --label-column x";
  for (const bool is_label : {true, false}) {
    text = good + (is_label ? "\"a\nb\",1,z\n" : "\"a\nb\",z,1\n") + "c,z,z\n";
    add(5000000);
    ReadSettings settings = file(text + "c,z,1\n");
    for (settings.threads = 1; settings.threads <= 3; ++settings.threads) {
      for (const int ranks : {1, 2, 5}) {
        EXPECT_EQ(error_on(ranks, settings),
                  fmt::format("65 FILE:{}:{}{}", bad, is_label ? 6 : 4, is_label ? label : value))
            << ranks << " ranks, " << settings.threads << " threads";
      }
    }
  }
}

TEST_F(QuotedText, QuoteThatIsNotClosedIsReportedAtItsBegin) {
  std::string rows;
  for (int i = 0; i < 100; ++i) {
    rows += "\"a\nb\",1,2\n";
  }
  expect_error(file("id,x,y\n" + rows + "\"c\nd\",5,\"a\nplain,1,2\n"), "65 FILE:203:6: quoted field is not closed");
  expect_error(file("id,x,y\n" + rows + "\"c\nd,1,2\n"), "65 FILE:202:1: quoted field is not closed");
}

TEST(QuoteScanner, FollowsStatesThatCompose) {
  const std::string text = "a, \"b\"\"\nc\" ,d\"\n\"\"\n \"e\n\"f,\"g\n";
  const QuoteScanner scanner(",");
  for (std::size_t state = 0; state < kQuoteStates; ++state) {
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      const std::string_view whole = text;
      const QuoteState begin = static_cast<QuoteState>(state);
      EXPECT_EQ(scanner.behind(scanner.behind(begin, whole.substr(0, cut)), whole.substr(cut)),
                scanner.behind(begin, whole))
          << state << ' ' << cut;
    }
  }
  EXPECT_EQ(scanner.open_quote("x,\"a\"\"\nb"), 2U);
  EXPECT_EQ(scanner.open_quote("x,\"a\",5\" pipe"), std::string_view::npos);
}

}  // namespace
}  // namespace lockstep::testing
