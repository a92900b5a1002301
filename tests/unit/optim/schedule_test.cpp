#include "optim/schedule.h"

#include "lockstep/base/errors.h"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

TEST(Schedule, FollowsItsFormula) {
  EXPECT_EQ(Schedule::parse("constant", 0.5, 10)->rate(7, 3, 10), 0.5);
  EXPECT_DOUBLE_EQ(Schedule::parse("step:2:0.5", 1, 10)->rate(5, 0, 10), 0.25);
  EXPECT_DOUBLE_EQ(Schedule::parse("inverse:2", 1, 10)->rate(1, 5, 10), 1 / (1 + 2 * 1.5));
  EXPECT_DOUBLE_EQ(Schedule::parse("cosine", 1, 10)->rate(2, 5, 10), 0.5 * (1 + std::cos(std::numbers::pi / 4)));
}

TEST(Schedule, WarmsUpInEqualStepsToTheInitialRate) {
  const auto schedule = Schedule::parse("warmup:2+constant", 0.8, 10);
  for (std::int64_t k = 0; k < 8; ++k) {
    EXPECT_DOUBLE_EQ(schedule->rate(k / 4, k % 4, 4), 0.8 * static_cast<double>(k + 1) / 8);
  }
  EXPECT_EQ(schedule->rate(1, 3, 4), 0.8);
  EXPECT_EQ(schedule->rate(2, 0, 4), 0.8);
  EXPECT_EQ(Schedule::parse("warmup:0.5+constant", 1, 10)->rate(0, 1, 4), 1);
  EXPECT_EQ(Schedule::parse("warmup:0.5+constant", 1, 10)->rate(0, 0, 4), 0.5);
}

/// Also where the warm-up ends between two steps, and in the steps around its end.
TEST(Schedule, WarmsUpWithoutEverExceedingTheInitialRate) {
  constexpr double kInitial = 0.3;
  for (const char* warmup : {"0.01", "0.1", "0.3333", "0.7", "1", "1.5", "2.999", "3"}) {
    for (const char* rest : {"constant", "step:1:0.5", "cosine", "inverse:1"}) {
      const auto schedule = Schedule::parse(std::string("warmup:") + warmup + "+" + rest, kInitial, 4);
      for (std::int64_t steps = 1; steps <= 40; ++steps) {
        double before = 0;
        for (std::int64_t k = 0; k < 4 * steps; ++k) {
          const double rate = schedule->rate(k / steps, k % steps, steps);
          ASSERT_LE(rate, kInitial) << warmup << "+" << rest << ", step " << k << " of " << steps << " an epoch";
          ASSERT_GT(rate, 0) << warmup << "+" << rest << ", step " << k << " of " << steps << " an epoch";
          if (static_cast<double>(k) < std::stod(warmup) * static_cast<double>(steps)) {
            ASSERT_GT(rate, before) << "the warm-up rises";
          }
          before = rate;
        }
      }
    }
  }
}

TEST(Schedule, CountsTheRestFromTheEndOfTheWarmUp) {
  EXPECT_DOUBLE_EQ(Schedule::parse("warmup:3+step:2:0.5", 1, 10)->rate(4, 3, 4), 1);
  EXPECT_DOUBLE_EQ(Schedule::parse("warmup:3+step:2:0.5", 1, 10)->rate(5, 0, 4), 0.5);
  EXPECT_DOUBLE_EQ(Schedule::parse("warmup:3+inverse:2", 1, 10)->rate(4, 2, 4), 1 / (1 + 2 * 1.5));
  EXPECT_DOUBLE_EQ(Schedule::parse("warmup:2+cosine", 1, 10)->rate(2, 0, 4), 1);
  EXPECT_NEAR(Schedule::parse("warmup:2+cosine", 1, 10)->rate(6, 0, 4), 0.5, 1e-15);
  EXPECT_NEAR(Schedule::parse("warmup:2+cosine", 1, 10)->rate(10, 0, 4), 0, 1e-15);
}

TEST(Schedule, DependsOnTheHorizonWhereItIsACosine) {
  EXPECT_TRUE(ScheduleShape::parse("cosine").uses_horizon());
  EXPECT_TRUE(ScheduleShape::parse("warmup:1+cosine").uses_horizon());
  EXPECT_FALSE(ScheduleShape::parse("step").uses_horizon());
  EXPECT_FALSE(ScheduleShape::parse("warmup:1+step").uses_horizon());
}

TEST(Schedule, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"",
                           "linear",
                           "step:0",
                           "step:a",
                           "cosine:3",
                           "inverse:1:2",
                           "step:1:2:3",
                           "step:inf",
                           "warmup",
                           "warmup:2",
                           "warmup+cosine",
                           "warmup:+cosine",
                           "warmup:0+cosine",
                           "warmup:-1+cosine",
                           "warmup:2+",
                           "warmup:2+linear",
                           "warmup:2+warmup:1+cosine",
                           "warmup:2+cosine:3",
                           "warmup:10+cosine",
                           "warmups:2+cosine"}) {
    EXPECT_THROW(Schedule::parse(text, 1, 10), ConfigurationError) << text;
  }
  EXPECT_NO_THROW(Schedule::parse("warmup:10+constant", 1, 10));
}

TEST(Schedule, SaysWhatIsWrong) {
  const auto message = [](const char* text) -> std::string {
    try {
      Schedule::parse(text, 1, 10);
    } catch (const ConfigurationError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message("warmup:5"),
            "schedule 'warmup:5': a warm-up needs its epochs and the schedule after it, as in warmup:5+cosine");
  EXPECT_EQ(message("warmup:x+cosine"), "schedule 'warmup:x+cosine': 'x' is not a positive number");
  EXPECT_EQ(message("warmup:12+cosine"),
            "schedule 'warmup:12+cosine': the warm-up leaves none of the 10 epochs to the cosine");
  EXPECT_EQ(message("warmup:1+linear"),
            "schedule 'warmup:1+linear': 'linear' is none of constant, step[:EPOCHS[:FACTOR]], cosine, inverse[:RATE]");
}

}  // namespace
}  // namespace lockstep
