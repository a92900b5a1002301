/// --class-weight: as it is written, and what it makes of the classes of the data.
#include "fit/class_weights.h"

#include "lockstep/base/errors.h"

#include <string>

#include "support/thread_communicator.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(ClassWeights, AreReadEntryByEntry) {
  EXPECT_THAT(ClassWeights::parse("a:2,b:0.5").named, ElementsAre(Pair("a", 2), Pair("b", 0.5)));
  EXPECT_THAT(ClassWeights::parse("1.0:3").named, ElementsAre(Pair("1", 3))) << "classes are canonical labels";
  EXPECT_THAT(ClassWeights::parse("a:b:2").named, ElementsAre(Pair("a:b", 2))) << "the last colon divides";
  EXPECT_THAT(ClassWeights::parse("\"a,\"\"b\":2,c:0").named, ElementsAre(Pair("a,\"b", 2), Pair("c", 0)));
  EXPECT_THAT(ClassWeights::parse("").named, IsEmpty());
  EXPECT_THAT(ClassWeights::parse("balanced").named, IsEmpty());
}

TEST(ClassWeights, WrittenWronglyAreRefusedNamingTheRule) {
  const auto refusal = [](const std::string& text) -> std::string {
    try {
      ClassWeights::parse(text);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(refusal("a:1,,b:2"), "entry 2 is empty");
  EXPECT_EQ(refusal("a:1,"), "entry 2 is empty");
  EXPECT_EQ(refusal("a:1,a:2"), "class 'a' is named twice");
  EXPECT_THAT(refusal("a"), HasSubstr("must be balanced or CLASS:WEIGHT"));
  EXPECT_THAT(refusal(":1"), HasSubstr("must be balanced or CLASS:WEIGHT"));
  for (const char* weight : {"-1", "x", "inf", "nan", "1x", ""}) {
    EXPECT_THAT(refusal(std::string("a:") + weight), HasSubstr("weights must be finite and at least 0"));
  }
}

/// Six rows of class 0, three of class 1, none of class 2, divided among the ranks.
RawData share(const Communicator& comm) {
  RawData raw;
  raw.schema.set_class_names({"no", "yes", "maybe"});
  raw.total_rows = 9;
  for (int row = 0; row < 9; ++row) {
    if (row % comm.size() == comm.rank()) {
      raw.block.label.push_back(row < 6 ? 0 : 1);
    }
  }
  return raw;
}

TEST(ClassWeights, AreThoseNamedAndOneForTheOthers) {
  SerialCommunicator comm;
  EXPECT_THAT(class_weights(ClassWeights::parse(""), share(comm), comm), IsEmpty());
  EXPECT_THAT(class_weights(ClassWeights::parse("yes:4"), share(comm), comm), ElementsAre(1, 4, 1));
}

TEST(ClassWeights, BalancedGiveEveryClassTheSameSumOnAnyRanks) {
  for (const int ranks : {1, 2, 3, 8}) {
    run_ranks(ranks, [](Communicator& comm) {
      EXPECT_THAT(class_weights(ClassWeights::parse("balanced"), share(comm), comm), ElementsAre(0.5, 1, 0));
    });
  }
}

TEST(ClassWeights, OfAClassThatTheDataDoNotHaveAreRefused) {
  SerialCommunicator comm;
  try {
    class_weights(ClassWeights::parse("never:2"), share(comm), comm);
    ADD_FAILURE() << "not refused";
  } catch (const ConfigurationError& error) {
    EXPECT_STREQ(error.what(),
                 "class-weight = \"never:2\": 'never' is none of the classes of the data (no, yes, maybe)");
  }
}

}  // namespace
}  // namespace lockstep::testing
