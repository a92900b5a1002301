#include "fit/column_scales.h"

#include <algorithm>
#include <mutex>

#include "support/thread_communicator.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Rows r of n with the values (r + 1) and −1000 (r + 1) and nothing, of which a rank holds its part.
RowBlock part_of(int rows, int rank, int ranks, bool is_dense) {
  RowBlock block;
  block.features = 3;
  block.is_dense = is_dense;
  block.row_start.push_back(0);
  for (int r = rows * rank / ranks; r < rows * (rank + 1) / ranks; ++r) {
    ++block.rows;
    if (is_dense) {
      block.dense.insert(block.dense.end(), {r + 1.0, -1000.0 * (r + 1), 0.0});
    } else {
      block.column.insert(block.column.end(), {0, 1});
      block.value.insert(block.value.end(), {r + 1.0, -1000.0 * (r + 1)});
      block.row_start.push_back(std::ssize(block.value));
    }
  }
  return block;
}

class ColumnReaches : public ::testing::TestWithParam<int> {};

TEST_P(ColumnReaches, AreTheLargestAbsoluteValuesOfAllRanksOnEveryRank) {
  for (const bool is_dense : {true, false}) {
    std::mutex mutex;
    std::vector<std::vector<double>> seen;
    run_ranks(GetParam(), [&](Communicator& comm) {
      lockstep::ColumnReaches mine(3);
      mine.add(part_of(5, comm.rank(), comm.size(), is_dense));
      const auto reaches = mine.of_all_ranks(comm);
      const std::lock_guard lock(mutex);
      seen.push_back(reaches);
    });
    for (const std::vector<double>& reaches : seen) {
      EXPECT_THAT(reaches, ElementsAre(5, 5000, 0));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ranks, ColumnReaches, ::testing::Values(1, 2, 3, 4, 5, 8));

TEST(UnlikeScales, NamesTheWidestAndTheNarrowestColumn) {
  EXPECT_THAT(
      unlike_scales({0.5, 70000, 0, 3}, {"ratio", "income", "none", "rooms"}),
      AllOf(HasSubstr("'income' reaches 7e+04"), HasSubstr("'ratio' only 0.5"), HasSubstr("scale the columns")));
  EXPECT_THAT(unlike_scales({1, 1e4}, {}), AllOf(HasSubstr("column 2 reaches"), HasSubstr("column 1 only 1")));
}

TEST(UnlikeScales, AreNoWordWhereOneLearningRateFits) {
  EXPECT_EQ(unlike_scales({1, 9999, 0}, {}), "");
  EXPECT_EQ(unlike_scales({0, 0}, {}), "");
  EXPECT_EQ(unlike_scales({}, {}), "");
}

}  // namespace
}  // namespace lockstep::testing
