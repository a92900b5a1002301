#include "comm/tree_reducer.h"

#include <algorithm>
#include <bit>
#include <random>

#include "support/counting_communicator.h"
#include "support/thread_communicator.h"
#include "support/tree_sums.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::CountingCommunicator;
using testing::naive_tree_sum;
using testing::NaiveSum;
using testing::reduce_leaves;
using testing::run_ranks;
using testing::same_bits;
using testing::scalar_of;
using testing::words_of_all;
using testing::worker_runs;

template <typename T>
class TreeReducerBits : public ::testing::Test {
 protected:
  static PartialShape shape(Index payload) { return {.header = 2, .payload = payload, .scalar = scalar_of<T>()}; }

  /// Reduces over these runs, twice with the same buffers, and compares every rank's total with the serial tree.
  static void expect_tree_bits(std::int64_t leaves, const std::vector<lockstep::Run>& runs, const NaiveSum<T>& expected,
                               const PartialShape& shape) {
    const int ranks = static_cast<int>(runs.size());
    run_ranks(ranks, [&](Communicator& comm) {
      TreeReducer reducer(comm);
      Partial total;
      for (int pass = 0; pass < 2; ++pass) {
        reduce_leaves<T>(reducer, comm, leaves, runs, shape, total);
        EXPECT_TRUE(same_bits(total, expected)) << leaves << " leaves, payload " << shape.payload << ", rank "
                                                << comm.rank() << " of " << ranks << ", pass " << pass;
        EXPECT_TRUE(std::ranges::equal(total.words(), words_of_all(ranks))) << "rank " << comm.rank();
      }
      EXPECT_EQ(reducer.reductions(), 2);
    });
  }

  static void expect_tree_bits(std::int64_t leaves, Index payload) {
    const NaiveSum<T> expected = naive_tree_sum<T>(0, leaves, shape(payload));
    for (const int ranks : {1, 2, 3, 4, 5, 6, 7, 8, 9, 16}) {
      expect_tree_bits(leaves, worker_runs(ranks, leaves), expected, shape(payload));
    }
  }
};
using Scalars = ::testing::Types<float, double>;
TYPED_TEST_SUITE(TreeReducerBits, Scalars);

TYPED_TEST(TreeReducerBits, AreTheTreesOnAnyNumberOfRanks) {
  for (std::int64_t leaves = 1; leaves <= 256; leaves *= 2) {
    for (const Index payload : {0, 1, 7, 1000}) {
      this->expect_tree_bits(leaves, payload);
    }
  }
}

TYPED_TEST(TreeReducerBits, AreTheTreesForLargePayloads) {
  for (const std::int64_t leaves : {1, 2, 8, 32}) {
    this->expect_tree_bits(leaves, 50'000);
  }
}

/// Around the size from which a sum is cut into segments.
TYPED_TEST(TreeReducerBits, AreTheTreesWhereTheAlgorithmChanges) {
  for (Index payload = 1980; payload <= 2060; payload += 8) {
    this->expect_tree_bits(8, payload);
    this->expect_tree_bits(8, 2 * payload);
  }
}

/// Cuts that no partition function makes: uneven ones, empty ranks at the ends and in the middle, all on one rank.
TYPED_TEST(TreeReducerBits, AreTheTreesInOddCuts) {
  constexpr std::int64_t kLeaves = 32;
  std::mt19937 random(1);
  for (const Index payload : {3, 6000}) {
    const NaiveSum<TypeParam> expected = naive_tree_sum<TypeParam>(0, kLeaves, this->shape(payload));
    for (const int ranks : {2, 3, 4, 5, 8}) {
      for (int trial = 0; trial < 6; ++trial) {
        std::vector<std::int64_t> cuts = {0, kLeaves};
        for (int cut = 1; cut < ranks; ++cut) {
          cuts.push_back(trial == 0 ? 0 : trial == 1 ? kLeaves : static_cast<std::int64_t>(random() % (kLeaves + 1)));
        }
        std::ranges::sort(cuts);
        std::vector<lockstep::Run> runs;
        for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
          runs.push_back({cuts[i], cuts[i + 1]});
        }
        this->expect_tree_bits(kLeaves, runs, expected, this->shape(payload));
      }
    }
  }
}

CountingCommunicator::Counts counts_of_one_reduction(int ranks, Index payload) {
  CountingCommunicator::Counts counts;
  run_ranks(ranks, [&](Communicator& comm) {
    CountingCommunicator counting(comm);
    TreeReducer reducer(counting);
    Partial total;
    reduce_leaves<double>(reducer, counting, 64, worker_runs(ranks, 64), {.header = 2, .payload = payload}, total);
    if (comm.rank() == 0) {
      counts = counting.counts();
    }
  });
  return counts;
}

TEST(TreeReducerMessages, SmallSumsOnAPowerOfTwoOfRanksTakeLogPExchanges) {
  for (const int ranks : {1, 2, 4, 8, 16}) {
    const auto counts = counts_of_one_reduction(ranks, 100);
    EXPECT_EQ(counts.exchanges, std::countr_zero(static_cast<unsigned>(ranks)));
    EXPECT_EQ(counts.calls(), counts.exchanges);
  }
}

TEST(TreeReducerMessages, SmallSumsOnOtherRankCountsTakeOneCollective) {
  for (const int ranks : {3, 5, 6, 7, 9}) {
    const auto counts = counts_of_one_reduction(ranks, 100);
    EXPECT_EQ(counts.all_gathers, 1);
    EXPECT_EQ(counts.calls(), 1);
  }
}

TEST(TreeReducerMessages, LargeSumsOnAPowerOfTwoOfRanksSendTheirSizeAboutTwice) {
  constexpr Index kPayload = 100'000;
  for (const int ranks : {2, 4, 8}) {
    const auto counts = counts_of_one_reduction(ranks, kPayload);
    EXPECT_EQ(counts.exchanges, 2 * std::countr_zero(static_cast<unsigned>(ranks)));
    EXPECT_EQ(counts.calls(), counts.exchanges);
    // Halving and doubling send (P − 1)/P of the buffer each.
    EXPECT_NEAR(static_cast<double>(counts.bytes_sent), 2.0 * (ranks - 1) / ranks * kPayload * sizeof(double), 2000);
  }
}

TEST(TreeReducerMessages, LargeSumsOnOtherRankCountsTakeThreeCollectives) {
  for (const int ranks : {3, 5, 7}) {
    const auto counts = counts_of_one_reduction(ranks, 100'000);
    EXPECT_EQ(counts.all_to_alls, 1);
    EXPECT_EQ(counts.all_gathers, 2);  // riding words, finished segments
    EXPECT_EQ(counts.calls(), 3);
  }
}

TEST(ReductionPlan, IsAButterflyOnlyWhenEqualNodesPairUp) {
  EXPECT_TRUE(ReductionPlan(8, worker_runs(4, 8)).is_butterfly());
  EXPECT_TRUE(ReductionPlan(8, worker_runs(1, 8)).is_butterfly());
  EXPECT_FALSE(ReductionPlan(8, worker_runs(3, 8)).is_butterfly());
  EXPECT_FALSE(ReductionPlan(2, worker_runs(4, 2)).is_butterfly());  // ranks without a leaf
  EXPECT_FALSE(ReductionPlan(8, {{0, 2}, {2, 8}}).is_butterfly());
  EXPECT_FALSE(ReductionPlan(8, {{0, 4}, {4, 6}, {6, 7}, {7, 8}}).is_butterfly());  // one node each, not of one level
  EXPECT_EQ(ReductionPlan(8, {{0, 3}, {3, 8}}).total_nodes(), 4U);
}

}  // namespace
}  // namespace lockstep
