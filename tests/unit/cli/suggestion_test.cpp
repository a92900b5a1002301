#include "cli/suggestion.h"

#include <gtest/gtest.h>

namespace lockstep {
namespace {

TEST(Suggestion, EditDistanceCountsSingleEdits) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", "abc"), 0U);
}

TEST(Suggestion, NamesTheNearestWhereOneIsNear) {
  const std::vector<std::string> known = {"batch-size", "learning-rate", "l2", "drop"};
  EXPECT_EQ(suggestion("batch_size", known), "; did you mean 'batch-size'?");
  EXPECT_EQ(nearest("learn", known), "learning-rate");
  EXPECT_EQ(nearest("l1", known), "l2");
  EXPECT_EQ(nearest("quorum", known), "");
  EXPECT_EQ(nearest("", known), "");
  EXPECT_EQ(nearest("s", known), "") << "one letter is near any short name";
  EXPECT_EQ(nearest(std::string(1000, 'x'), known), "");
}

}  // namespace
}  // namespace lockstep
