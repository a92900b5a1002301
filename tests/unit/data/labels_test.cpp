#include "data/labels.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

using Names = std::vector<std::string>;

TEST(CanonicalLabel, OneNumberHasOneText) {
  for (const char* text : {"1", "+1", "1.0", "1e0", "01", "10e-1"}) {
    EXPECT_EQ(canonical_label(text), "1") << text;
  }
  EXPECT_EQ(canonical_label("-1.00"), "-1");
  EXPECT_EQ(canonical_label("-0"), "0");
  EXPECT_EQ(canonical_label("0.50"), "0.5");
}

TEST(CanonicalLabel, OtherTextIsKept) {
  for (const char* text : {"M", "<=50K.", "0x10", "1 2", "", "-", "1e400"}) {
    EXPECT_EQ(canonical_label(text), text);
  }
}

TEST(CanonicalLabel, LongNumbersAreNotMerged) {
  EXPECT_NE(canonical_label("9007199254740993"), canonical_label("9007199254740992"));
}

TEST(OrderedClasses, NumbersByValueElseByBytes) {
  EXPECT_EQ(ordered_classes({"10", "9", "-1", "9"}), (Names{"-1", "9", "10"}));
  EXPECT_EQ(ordered_classes({"10", "9", "x"}), (Names{"10", "9", "x"}));
  EXPECT_EQ(ordered_classes({"M", "B", "M"}), (Names{"B", "M"}));
  EXPECT_EQ(ordered_classes({"9007199254740993", "9007199254740992"}), (Names{"9007199254740992", "9007199254740993"}));
  EXPECT_EQ(ordered_classes({"10000000000000000", "9999999999999999", "-9999999999999999", "-10000000000000000"}),
            (Names{"-10000000000000000", "-9999999999999999", "9999999999999999", "10000000000000000"}))
      << "pairs that one double stands for";
  EXPECT_EQ(ordered_classes({}), Names{});
}

}  // namespace
}  // namespace lockstep
