#include "run/run_diff.h"

#include "lockstep/base/errors.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

std::string log_of(const std::vector<std::string>& hashes, const std::string& unit = "iteration") {
  std::string text;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    text += fmt::format("{{\"{}\":{},\"step\":{},\"objective\":0.5,\"parameters_hash\":\"{}\",\"seconds\":{}}}\n", unit,
                        i + 1, i + 1, hashes[i], i);
  }
  return text;
}

RunDifference difference(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return compare_runs(parse_log(log_of(a), "a"), parse_log(log_of(b), "b"));
}

TEST(RunDiff, FindsTheFirstStepWithOtherBits) {
  const RunDifference found = difference({"aa", "bb", "cc", "dd"}, {"aa", "bb", "c0", "dd"});
  EXPECT_EQ(found.same, 2);
  EXPECT_EQ(found.first, 2u);
}

TEST(RunDiff, ALongerRunIsNoOther) {
  for (const auto& [a, b] :
       {std::pair<std::vector<std::string>, std::vector<std::string>>{{"aa", "bb"}, {"aa"}}, {{"aa"}, {"aa", "bb"}}}) {
    EXPECT_EQ(difference(a, b).same, 1);
    EXPECT_FALSE(difference(a, b).first);
  }
  EXPECT_FALSE(difference({}, {"aa"}).first);
  EXPECT_EQ(difference({}, {}).same, 0);
}

TEST(RunDiff, IterationsAndEpochsAreNotCompared) {
  EXPECT_THROW(compare_runs(parse_log(log_of({"aa"}), "a"), parse_log(log_of({"aa"}, "epoch"), "b")), DataError);
}

TEST(RunDiff, ATornLastLineIsNone) {
  const LoggedRun run = parse_log(log_of({"aa", "bb"}, "epoch") + "{\"epoch\":3,\"st", "a");
  EXPECT_EQ(run.unit, "epoch");
  EXPECT_EQ(run.steps.size(), 2u);
}

TEST(RunDiff, ALineThatNoRunWroteIsRefusedByItsNumber) {
  for (const std::string line : {"my notes", "{\"iteration\":2}", "[]", "{\"iteration\":\"x\",\"step\":1}"}) {
    try {
      parse_log(log_of({"aa"}) + line + "\n", "run/metrics.jsonl");
      ADD_FAILURE() << line;
    } catch (const DataError& error) {
      EXPECT_STREQ(error.what(), "run/metrics.jsonl:2: is no line that a run wrote");
    }
  }
}

}  // namespace
}  // namespace lockstep
