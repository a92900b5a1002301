#include "comm/tree_reducer.h"

#include "lockstep/comm/mpi_communicator.h"

#include "support/tree_sums.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::naive_tree_sum;
using testing::NaiveSum;
using testing::reduce_leaves;
using testing::same_bits;
using testing::scalar_of;
using testing::words_of_all;
using testing::worker_runs;

template <typename T>
class DistributedSum : public ::testing::Test {
 protected:
  void expect_tree_bits(std::int64_t leaves, const std::vector<lockstep::Run>& runs, Index payload) {
    const PartialShape shape{.header = 2, .payload = payload, .scalar = scalar_of<T>()};
    reduce_leaves<T>(reducer_, comm_, leaves, runs, shape, total_);
    EXPECT_TRUE(same_bits(total_, naive_tree_sum<T>(0, leaves, shape)))
        << leaves << " leaves, payload " << payload << ", rank " << comm_.rank();
    EXPECT_TRUE(std::ranges::equal(total_.words(), words_of_all(comm_.size())));
  }

  MpiCommunicator comm_;
  TreeReducer reducer_{comm_};
  Partial total_;
};
using Scalars = ::testing::Types<float, double>;
TYPED_TEST_SUITE(DistributedSum, Scalars);

TYPED_TEST(DistributedSum, HasTheBitsOfTheSerialTree) {
  for (const std::int64_t leaves : {1, 2, 4, 16, 64}) {  // with 1, 2 and 4 leaves some ranks have none
    for (const Index payload : {0, 1, 7, 100, 1000, 2048, 5000}) {
      this->expect_tree_bits(leaves, worker_runs(this->comm_.size(), leaves), payload);
    }
  }
}

TYPED_TEST(DistributedSum, HasTheBitsOfTheSerialTreeForLargePayloads) {
  for (const std::int64_t leaves : {2, 8, 16}) {
    this->expect_tree_bits(leaves, worker_runs(this->comm_.size(), leaves), 200'000);
  }
}

/// All leaves but one on the last rank, the others empty but the first.
TYPED_TEST(DistributedSum, HasTheBitsOfTheSerialTreeWhenNearlyAllRanksAreEmpty) {
  std::vector<lockstep::Run> runs(static_cast<std::size_t>(this->comm_.size()), lockstep::Run{1, 1});
  runs.front().begin = 0;
  runs.back().end = 16;
  for (const Index payload : {5, 20'000}) {
    this->expect_tree_bits(16, runs, payload);
  }
}

}  // namespace
}  // namespace lockstep
