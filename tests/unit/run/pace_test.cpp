#include "run/pace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr CoreRates kRates = {.products = 10e9, .streams = 1e9};

Plan plan_of(double streamed, double products, double solve) {
  Plan plan;
  plan.flops = streamed + products + solve;
  plan.product_flops = products;
  plan.solve_flops = solve;
  return plan;
}

TEST(Pace, ASolveIsNotShared) {
  EXPECT_NEAR(foretold_seconds(plan_of(6e9, 0, 0), kRates, 2), 5, 1e-9);
  EXPECT_NEAR(foretold_seconds(plan_of(0, 6e9, 0), kRates, 2), 0.5, 1e-9);
  EXPECT_NEAR(foretold_seconds(plan_of(0, 0, 6e9), kRates, 2), 1, 1e-9);
}

TEST(Pace, EachRankKeepsItsOwnVectors) {
  Plan plan = plan_of(0, 0, 0);
  plan.vector_flops = 6e9;
  EXPECT_NEAR(foretold_seconds(plan, kRates, 2), foretold_seconds(plan, kRates, 1), 1e-9);
  EXPECT_GT(foretold_seconds(plan, kRates, 1), 1);
}

TEST(Pace, IsToldInItsUnit) {
  EXPECT_EQ(pace_text(plan_of(6e9, 0, 0), kRates, 2, false),
            "pace: about 5 s an iteration on 2 cores, by a short trial of this one");
  EXPECT_THAT(pace_text(plan_of(6e6, 0, 0), kRates, 1, true), StartsWith("pace: about 10 ms a step on 1 core,"));
}

TEST(Pace, ALimitThatIsTooShortIsTold) {
  EXPECT_EQ(too_long_for(10, plan_of(6e9, 0, 0), kRates, 2), "");
  EXPECT_THAT(too_long_for(9.9, plan_of(6e9, 0, 0), kRates, 2), HasSubstr("about 5 s by a short trial"));
}

TEST(Pace, ThisMachineHasRates) {
  const CoreRates rates = measured_rates();
  EXPECT_GT(rates.products, 1e7);
  EXPECT_GT(rates.streams, 1e7);
}

}  // namespace
}  // namespace lockstep
