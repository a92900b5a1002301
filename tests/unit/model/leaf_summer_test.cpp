#include "model/leaf_summer.h"

#include <gtest/gtest.h>
#include <omp.h>

namespace lockstep {
namespace {

/// One third in every leaf but the first, which is large: sums in another order end in other bits.
void add_value(std::int64_t leaf, Partial& into, Workspace&) {
  into.payload<double>()[0] += leaf == 0 ? 1e6 : 1.0 / 3;
}

constexpr PartialShape kShape{0, 1, Scalar::float64};

TEST(LeafSummer, HasTheSameBitsOnAnyNumberOfThreads) {
  LeafSummer serial(1);
  const double expected = serial.sum({0, 64}, kShape, 1e9, add_value).partial(0).payload<double>()[0];
  for (const int threads : {2, 3, 5, 8, 64, 100}) {
    LeafSummer summer(threads);
    const NodeStack& nodes = summer.sum({0, 64}, kShape, 1e9, add_value);
    ASSERT_EQ(nodes.size(), 1u);
    EXPECT_EQ(nodes.partial(0).payload<double>()[0], expected) << threads;
  }
}

TEST(LeafSummer, WakesNoThreadForLittleWork) {
  LeafSummer summer(4);
  const auto threads_seen = [&](double work) {
    int most = 0;
    summer.sum({0, 64}, kShape, work, [&](std::int64_t leaf, Partial&, Workspace&) {
      if (leaf == 0) {
        most = omp_get_num_threads();
      }
    });
    return most;
  };
  EXPECT_EQ(threads_seen(100), 1);
  EXPECT_EQ(threads_seen(1e9), 4);
}

TEST(LeafSummer, PassesOnTheFailureOfAThread) {
  LeafSummer summer(3);
  EXPECT_THROW(summer.sum({0, 64}, kShape, 1e9,
                          [](std::int64_t leaf, Partial&, Workspace&) {
                            if (leaf == 40) {
                              throw std::runtime_error("leaf 40");
                            }
                          }),
               std::runtime_error);
}

}  // namespace
}  // namespace lockstep
