#include "data/batch_schedule.h"

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

TEST(BatchPositions, TakeEveryRowOnceAnEpoch) {
  for (std::int64_t rows = 1; rows <= 70; ++rows) {
    for (std::int64_t lanes = 1; lanes <= std::min<std::int64_t>(rows, 16); lanes *= 2) {
      for (const std::int64_t batch : {1, 2, 3, 7, 16, 100}) {
        const std::int64_t steps = steps_per_epoch(rows, batch);
        for (std::int64_t lane = 0; lane < lanes; ++lane) {
          const std::int64_t m = proportional_cut(lane + 1, lanes, rows) - proportional_cut(lane, lanes, rows);
          std::int64_t next = 0;
          for (std::int64_t step = 0; step < steps; ++step) {
            const lockstep::Run taken = batch_positions(step, steps, lane, lanes, m);
            ASSERT_EQ(taken.begin, next);
            ASSERT_GE(taken.end, taken.begin);
            next = taken.end;
          }
          ASSERT_EQ(next, m) << rows << " rows, " << lanes << " lanes, batch " << batch;
        }
      }
    }
  }
}

TEST(BatchPositions, DoNotOverflowForBatchesOfOneOfManyRows) {
  constexpr std::int64_t kRows = 48'000'000'000;
  constexpr std::int64_t kLanes = 64;
  const std::int64_t steps = steps_per_epoch(kRows, 1);
  std::int64_t next = batch_positions(steps - 1000, steps, 63, kLanes, kRows / kLanes).begin;
  EXPECT_NEAR(static_cast<double>(next), static_cast<double>(kRows / kLanes), 1000);
  for (std::int64_t step = steps - 1000; step < steps; ++step) {
    const lockstep::Run taken = batch_positions(step, steps, 63, kLanes, kRows / kLanes);
    ASSERT_EQ(taken.begin, next);
    ASSERT_LE(taken.size(), 1);
    ASSERT_GE(taken.size(), 0);
    next = taken.end;
  }
  EXPECT_EQ(next, kRows / kLanes);
}

TEST(BatchPositions, GiveNearlyEqualBatches) {
  for (const std::int64_t batch : {1, 10, 100}) {
    constexpr std::int64_t kRows = 64 * 50;
    constexpr std::int64_t kLanes = 64;
    const std::int64_t steps = steps_per_epoch(kRows, batch);
    for (std::int64_t step = 0; step < steps; ++step) {
      std::int64_t size = 0;
      for (std::int64_t lane = 0; lane < kLanes; ++lane) {
        size += batch_positions(step, steps, lane, kLanes, kRows / kLanes).size();
      }
      EXPECT_GE(size, batch - 1);
      EXPECT_LE(size, batch + 1);
    }
  }
}

TEST(ShuffledLane, IsAPermutationThatSeedEpochAndLaneChange) {
  const std::vector<std::int32_t> order = shuffled_lane(5, 2, 3, 5000);
  std::vector<std::int32_t> sorted = order;
  std::ranges::sort(sorted);
  std::vector<std::int32_t> all(5000);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(sorted, all);
  EXPECT_EQ(order, shuffled_lane(5, 2, 3, 5000));
  EXPECT_NE(order, shuffled_lane(6, 2, 3, 5000));
  EXPECT_NE(order, shuffled_lane(5, 1, 3, 5000));
  EXPECT_NE(order, shuffled_lane(5, 2, 4, 5000));
  EXPECT_TRUE(shuffled_lane(5, 2, 3, 0).empty());
}

TEST(ShuffledLane, KeepsGroupsOfEightBlocksTogether) {
  const std::vector<std::int32_t> order = shuffled_lane(1, 0, 0, 256 * 32);
  for (std::size_t group = 0; group < 4; ++group) {
    std::vector<std::int32_t> blocks;
    for (std::size_t i = 0; i < 2048; ++i) {
      blocks.push_back(order[group * 2048 + i] / 256);
    }
    std::ranges::sort(blocks);
    blocks.erase(std::unique(blocks.begin(), blocks.end()), blocks.end());
    EXPECT_EQ(blocks.size(), 8u);
  }
}

}  // namespace
}  // namespace lockstep
