#include "comm/partial.h"

#include "support/tree_sums.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::leaf_value;
using testing::scalar_of;

template <typename T>
Partial sample(const PartialShape& shape, std::int64_t seed) {
  Partial partial(shape);
  partial.set_zero();
  std::size_t i = 0;
  for (std::uint64_t& word : partial.words()) {
    word = static_cast<std::uint64_t>(leaf_value<double>(seed, i++) > 0 ? 5 : 3);
  }
  for (double& value : partial.header()) {
    value = leaf_value<double>(seed, i++);
  }
  for (T& value : partial.template payload<T>()) {
    value = leaf_value<T>(seed, i++);
  }
  return partial;
}

template <typename T>
class PartialSum : public ::testing::Test {};
using Scalars = ::testing::Types<float, double>;
TYPED_TEST_SUITE(PartialSum, Scalars);

TYPED_TEST(PartialSum, AddsSumsAndTakesTheMaximumOfWords) {
  const PartialShape shape{.header = 3, .payload = 21, .scalar = scalar_of<TypeParam>()};
  const Partial left = sample<TypeParam>(shape, 1);
  const Partial right = sample<TypeParam>(shape, 2);
  Partial sum = left;
  sum.add(right);
  for (std::size_t i = 0; i < kRidingWords; ++i) {
    EXPECT_EQ(sum.words()[i], std::max(left.words()[i], right.words()[i]));
  }
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(sum.header()[i], left.header()[i] + right.header()[i]);
  }
  for (std::size_t i = 0; i < 21; ++i) {
    EXPECT_EQ(sum.template payload<TypeParam>()[i],
              left.template payload<TypeParam>()[i] + right.template payload<TypeParam>()[i]);
  }
}

TYPED_TEST(PartialSum, OfEveryRangeEqualsThatRangeOfTheWhole) {
  for (const Index header : {0, 1, 2, 9, 17}) {
    for (const Index payload : {0, 1, 33, 100}) {
      const PartialShape shape{.header = header, .payload = payload, .scalar = scalar_of<TypeParam>()};
      const Partial left = sample<TypeParam>(shape, 1);
      const Partial right = sample<TypeParam>(shape, 2);
      Partial whole = left;
      whole.add(right);
      const std::size_t size = whole.bytes().size();
      for (std::size_t begin = 0; begin < size; begin += kAlignment) {
        for (std::size_t end = begin; end <= size; end += kAlignment) {
          Partial sum = left;
          sum.add_range(right.bytes().subspan(begin, end - begin), begin);
          ASSERT_TRUE(
              std::ranges::equal(sum.bytes().subspan(begin, end - begin), whole.bytes().subspan(begin, end - begin)));
          ASSERT_TRUE(std::ranges::equal(sum.bytes().first(begin), left.bytes().first(begin)));
          ASSERT_TRUE(std::ranges::equal(sum.bytes().subspan(end), left.bytes().subspan(end)));
        }
      }
    }
  }
}

TYPED_TEST(PartialSum, StartsEachPartOnACacheLine) {
  const PartialShape shape{.header = 3, .payload = 5, .scalar = scalar_of<TypeParam>()};
  Partial partial(shape);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(partial.words().data()) % kAlignment, 0U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(partial.header().data()) % kAlignment, 0U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(partial.template payload<TypeParam>().data()) % kAlignment, 0U);
  EXPECT_EQ(partial.bytes().size() % kAlignment, 0U);
}

TYPED_TEST(PartialSum, KeepsItsMemoryWhenReshapedSmaller) {
  Partial partial({.header = 3, .payload = 1000, .scalar = scalar_of<TypeParam>()});
  const std::byte* const memory = partial.bytes().data();
  partial.reshape({.header = 1, .payload = 10, .scalar = scalar_of<TypeParam>()});
  EXPECT_EQ(partial.bytes().data(), memory);
  EXPECT_EQ(partial.header().size(), 1U);
  EXPECT_EQ(partial.template payload<TypeParam>().size(), 10U);
}

}  // namespace
}  // namespace lockstep
