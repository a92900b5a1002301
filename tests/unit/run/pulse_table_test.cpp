#include "run/pulse_table.h"

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

class PulsesOfThree : public ::testing::Test {
 protected:
  /// All answer, and the ranks in `busy` get on.
  void hear_all(double now, const std::vector<int>& busy) {
    for (int rank = 0; rank < 3; ++rank) {
      hear(rank, now, std::ranges::find(busy, rank) != busy.end());
    }
  }

  void hear(int rank, double now, bool gets_on) {
    Pulse& pulse = pulses_[static_cast<std::size_t>(rank)];
    pulse.rank = rank;
    pulse.beats += gets_on ? 1 : 0;
    table_.hear(pulse, now);
  }

  PulseTable table_{{"a", "b", "b"}, 10, 0};
  std::vector<Pulse> pulses_ = std::vector<Pulse>(3);
};

TEST_F(PulsesOfThree, GetOnWhileOneDoes) {
  for (int now = 1; now < 100; ++now) {
    hear_all(now, {2});
    EXPECT_EQ(table_.verdict(now), "");
  }
}

TEST_F(PulsesOfThree, ThatDoesNotAnswerIsNamedWithWhatItDid) {
  hear_all(1, {0, 1, 2});
  pulses_[1].activity = Activity::training;
  pulses_[1].step = 57;
  hear_all(2, {0, 1, 2});
  for (int now = 3; now < 12; ++now) {
    hear(0, now, true);
    hear(2, now, true);
    EXPECT_EQ(table_.verdict(now), "");
  }
  EXPECT_EQ(table_.verdict(12),
            "no progress for 10 s: rank 1 on b does not answer (last seen training, after step 57)");
  EXPECT_EQ(table_.silence(12), table_.verdict(12));
}

TEST_F(PulsesOfThree, WaitForTheOneAtFault) {
  pulses_[0].is_waiting = pulses_[2].is_waiting = true;
  pulses_[1].activity = Activity::saving;
  for (int now = 0; now <= 10; ++now) {
    hear_all(now, {});
  }
  EXPECT_EQ(table_.silence(10), "");
  EXPECT_EQ(table_.verdict(10),
            "no progress for 10 s: rank 1 on b does not get on (last seen saving a checkpoint, after step 0)");
}

TEST_F(PulsesOfThree, WhereAllWaitThoseThatAreBehindAreNamed) {
  for (Pulse& pulse : pulses_) {
    pulse.is_waiting = true;
    pulse.messages = 8;
  }
  pulses_[2].messages = 7;
  for (int now = 0; now <= 10; ++now) {
    hear_all(now, {});
  }
  EXPECT_EQ(table_.verdict(10),
            "no progress for 10 s: rank 2 on b does not get on (last seen starting, after step 0, "
            "waiting for others)");
}

/// Where UDP does not come through: it may be the one that computes.
TEST_F(PulsesOfThree, NothingIsSaidWhereOneWasNeverHeard) {
  hear(0, 1, true);
  hear(1, 1, true);
  for (int now = 2; now < 50; ++now) {
    hear(0, now, false);
    hear(1, now, false);
    EXPECT_EQ(table_.verdict(now), "");
  }
  EXPECT_EQ(table_.unheard(), "rank 2 on b");
  for (int now = 50; now <= 60; ++now) {
    hear_all(now, {});
  }
  EXPECT_EQ(table_.unheard(), "");
  EXPECT_NE(table_.verdict(60), "");
}

TEST_F(PulsesOfThree, OneThatHasLeftNeedNotAnswer) {
  hear_all(1, {0, 1, 2});
  table_.dismiss(1);
  hear(0, 20, true);
  hear(2, 20, true);
  EXPECT_EQ(table_.verdict(20), "");
}

/// As a scheduler stops and continues whole jobs.
TEST_F(PulsesOfThree, TimeInWhichTheJobWasStoppedDoesNotCount) {
  hear_all(1, {0, 1, 2});
  table_.restart(1000);
  EXPECT_EQ(table_.verdict(1009), "");
  EXPECT_NE(table_.verdict(1010), "");
}

TEST_F(PulsesOfThree, StrangersAreNotHeard) {
  Pulse pulse;
  for (const int rank : {-1, 3}) {
    pulse.rank = rank;
    table_.hear(pulse, 1);
  }
  EXPECT_EQ(table_.verdict(9), "");
}

}  // namespace
}  // namespace lockstep
