#include "base/lanes.h"

#include <bit>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

/// Two vectors of normal numbers of all magnitudes that can be placed at any of the eight offsets in a cache line.
class LaneSums : public ::testing::TestWithParam<Index> {
 protected:
  static constexpr Index kOffsets = kLanes;

  LaneSums() : a_(values(1)), b_(values(2)) {}

  Index n() const { return GetParam(); }

  AlignedVector<double> values(unsigned seed) const {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> mantissa(-1, 1);
    std::uniform_int_distribution<int> exponent(-30, 30);
    AlignedVector<double> result(static_cast<std::size_t>(n()));
    for (double& value : result) {
      value = std::ldexp(mantissa(random), exponent(random));
    }
    return result;
  }

  static const double* at_offset(const AlignedVector<double>& from, Index offset, AlignedVector<double>& memory) {
    memory.assign(from.size() + static_cast<std::size_t>(kOffsets), std::nan(""));
    std::ranges::copy(from, memory.begin() + offset);
    return memory.data() + offset;
  }

  AlignedVector<double> a_;
  AlignedVector<double> b_;
};

TEST_P(LaneSums, HaveTheSameBitsAtEveryAddress) {
  const auto sum = std::bit_cast<std::uint64_t>(lane_sum(a_.data(), n()));
  const auto dot = std::bit_cast<std::uint64_t>(lane_dot(a_.data(), b_.data(), n()));
  AlignedVector<double> memory_a;
  AlignedVector<double> memory_b;
  for (Index i = 0; i < kOffsets; ++i) {
    for (Index j = 0; j < kOffsets; ++j) {
      const double* a = at_offset(a_, i, memory_a);
      const double* b = at_offset(b_, j, memory_b);
      ASSERT_EQ(std::bit_cast<std::uint64_t>(lane_sum(a, n())), sum) << "offset " << i;
      ASSERT_EQ(std::bit_cast<std::uint64_t>(lane_dot(a, b, n())), dot) << "offsets " << i << ", " << j;
    }
  }
}

TEST_P(LaneSums, AgreeWithLongDouble) {
  long double sum = 0;
  long double sum_of_sizes = 0;
  long double dot = 0;
  long double dot_of_sizes = 0;
  for (std::size_t i = 0; i < a_.size(); ++i) {
    const long double a = a_[i];
    const long double b = b_[i];
    sum += a;
    sum_of_sizes += std::abs(a);
    dot += a * b;
    dot_of_sizes += std::abs(a * b);
  }
  const auto bound = static_cast<long double>(n()) * 0x1p-53L;
  EXPECT_LE(std::abs(lane_sum(a_.data(), n()) - sum), bound * sum_of_sizes);
  EXPECT_LE(std::abs(lane_dot(a_.data(), b_.data(), n()) - dot), bound * dot_of_sizes);
}

INSTANTIATE_TEST_SUITE_P(Lengths, LaneSums,
                         ::testing::Values(0, 1, 2, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32, 33, 100, 1000, 4099),
                         ::testing::PrintToStringParamName());

TEST(Norm, IsEuclidean) {
  EXPECT_EQ(norm(Vector{{3.0, 4.0}}), 5.0);
  EXPECT_EQ(norm(Vector{}), 0.0);
}

TEST(Padded, IsTheNextMultipleOfTheLanes) {
  EXPECT_EQ(padded(0), 0);
  EXPECT_EQ(padded(1), 8);
  EXPECT_EQ(padded(8), 8);
  EXPECT_EQ(padded(9), 16);
}

}  // namespace
}  // namespace lockstep
