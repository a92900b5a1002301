#include "lockstep/risk/tree_sum.h"

#include <cmath>
#include <span>

#include "support/thread_communicator.h"
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

/// Of magnitudes and signs that show the order of additions.
double term(std::int64_t i, std::size_t k) {
  return std::sin(static_cast<double>(i + 1) * (1.0 + static_cast<double>(k))) * std::exp2(static_cast<double>(i % 60));
}

Vector sum_of(std::int64_t terms, Index length, int ranks, int threads) {
  Vector total;
  run_ranks(ranks, [&](Communicator& comm) {
    TreeSum sum(terms, Execution(comm, threads));
    Vector mine;
    for (int again = 0; again < 2; ++again) {
      mine = sum.add_up(length, [&](std::int64_t begin, std::int64_t end, std::span<double> into) {
        EXPECT_GE(begin, sum.begin());
        EXPECT_LE(end, sum.end());
        for (std::int64_t i = begin; i < end; ++i) {
          for (std::size_t k = 0; k < into.size(); ++k) {
            into[k] += term(i, k);
          }
        }
      });
    }
    if (comm.rank() == comm.size() - 1) {
      total = mine;
    }
  });
  return total;
}

TEST(TreeSum, HasTheSameBitsOnAnyRanksAndThreads) {
  for (const std::int64_t terms : {1, 7, 100, 30'000}) {
    const Vector one = sum_of(terms, 3, 1, 1);
    for (const int ranks : {1, 2, 3, 5, 8}) {
      EXPECT_EQ(sum_of(terms, 3, ranks, 2), one) << terms << " terms on " << ranks << " ranks";
    }
  }
}

TEST(TreeSum, IsTheSumOfAllTerms) {
  constexpr std::int64_t kTerms = 1000;
  TreeSum sum(kTerms, Execution());
  EXPECT_EQ(sum.begin(), 0);
  EXPECT_EQ(sum.end(), kTerms);
  const Vector total = sum.add_up(1, [](std::int64_t begin, std::int64_t end, std::span<double> into) {
    for (std::int64_t i = begin; i < end; ++i) {
      into[0] += static_cast<double>(i);
    }
  });
  EXPECT_EQ(total[0], kTerms * (kTerms - 1) / 2);
}

}  // namespace
}  // namespace lockstep::testing
