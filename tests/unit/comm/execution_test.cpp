#include "lockstep/comm/execution.h"

#include "lockstep/base/errors.h"

#include "support/thread_communicator.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

TEST(Execution, IsOneRankUnlessToldOtherwise) {
  const Execution execution(3);
  EXPECT_EQ(execution.rank(), 0);
  EXPECT_EQ(execution.ranks(), 1);
  EXPECT_EQ(execution.threads(), 3);
  EXPECT_EQ(execution.split(4).ranks(), 1);
  EXPECT_THROW(Execution(0), InternalError);
}

/// Fits on groups of ranks: each group sums over its own ranks alone, and outlives the value that it was made from.
TEST(Execution, SplitsIntoGroupsThatWorkSideBySide) {
  testing::run_ranks(5, [](Communicator& comm) {
    const int colour = comm.rank() < 2 ? 0 : 1;
    const Execution group = Execution(comm, 2).split(colour);
    EXPECT_EQ(group.ranks(), colour == 0 ? 2 : 3);
    EXPECT_EQ(group.rank(), comm.rank() - (colour == 0 ? 0 : 2));
    EXPECT_EQ(group.threads(), 2);
    EXPECT_EQ(all_sum(group.comm(), comm.rank()), colour == 0 ? 0 + 1 : 2 + 3 + 4);
    const Execution copy = group;
    EXPECT_EQ(&copy.comm(), &group.comm());
  });
}

}  // namespace
}  // namespace lockstep
