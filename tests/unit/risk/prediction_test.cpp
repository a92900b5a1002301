#include "risk/prediction.h"

#include <cmath>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

TEST(Predictions, AreMeansOfTheLink) {
  EXPECT_EQ(predict_rows(Task::regression, Margins{1.5, -2}, 1).value, (std::vector<double>{1.5, -2}));
  EXPECT_EQ(predict_rows(Task::counts, Margins{0, 1}, 1).value, (std::vector<double>{1, std::exp(1.0)}));
  EXPECT_TRUE(predict_rows(Task::positives, Margins{0, 1}, 1).probability.empty());
}

TEST(Predictions, OfTwoClassesFollowTheSign) {
  const Predictions seen = predict_rows(Task::binary, Margins{-800, 0, 2}, 1);
  EXPECT_EQ(seen.value, (std::vector<double>{0, 0, 1}));
  EXPECT_EQ(seen.classes, 2);
  EXPECT_EQ(seen.probability[0], 1);
  EXPECT_EQ(seen.probability[2], 0.5);
  EXPECT_DOUBLE_EQ(seen.probability[5], 1 / (1 + std::exp(-2.0)));
  EXPECT_TRUE(predict_rows(Task::binary_score, Margins{-1, 1}, 1).probability.empty());
}

TEST(Predictions, OfManyClassesTakeTheLargestAndTheirProbabilitiesSumToOne) {
  const Predictions seen = predict_rows(Task::multiclass, Margins{0, 1000, 0, 3, 1, 2}, 3);
  EXPECT_EQ(seen.value, (std::vector<double>{1, 0}));
  ASSERT_EQ(seen.probability.size(), 6u);
  EXPECT_EQ(seen.probability[1], 1);
  EXPECT_NEAR(seen.probability[3] + seen.probability[4] + seen.probability[5], 1, 1e-15);
}

}  // namespace
}  // namespace lockstep
