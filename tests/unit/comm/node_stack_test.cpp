#include "comm/node_stack.h"

#include <utility>

#include "support/tree_sums.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::add_leaves;
using testing::naive_leaf;
using testing::naive_sequential_sum;
using testing::naive_tree_sum;
using testing::NaiveSum;
using testing::same_bits;
using testing::scalar_of;

template <typename T>
class NodeStackSum : public ::testing::Test {
 protected:
  const PartialShape shape_{.header = 2, .payload = 40, .scalar = scalar_of<T>()};
};
using Scalars = ::testing::Types<float, double>;
TYPED_TEST_SUITE(NodeStackSum, Scalars);

TYPED_TEST(NodeStackSum, OfAllLeavesIsTheTreesRoot) {
  for (std::int64_t leaves = 1; leaves <= 256; leaves *= 2) {
    NodeStack stack;
    stack.reset(this->shape_);
    add_leaves<TypeParam>(stack, {0, leaves});
    ASSERT_EQ(stack.size(), 1U);
    EXPECT_TRUE(same_bits(stack.partial(0), naive_tree_sum<TypeParam>(0, leaves, this->shape_)));
  }
}

/// Every cut of 32 leaves between two workers, and their nodes put together.
TYPED_TEST(NodeStackSum, HasTheBitsOfTheTreeInAnyCut) {
  constexpr std::int64_t kLeaves = 32;
  const NaiveSum<TypeParam> expected = naive_tree_sum<TypeParam>(0, kLeaves, this->shape_);
  NodeStack left;
  NodeStack right;
  for (std::int64_t cut = 0; cut <= kLeaves; ++cut) {
    left.reset(this->shape_);
    add_leaves<TypeParam>(left, {0, cut});
    right.reset(this->shape_);
    add_leaves<TypeParam>(right, {cut, kLeaves});
    for (std::size_t i = 0; i < right.size(); ++i) {
      left.push(right.node(i), right.partial(i));
      left.merge();
    }
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left.node(0), (TreeNode{5, 0}));
    EXPECT_TRUE(same_bits(left.partial(0), expected)) << "cut at " << cut;
  }
}

TYPED_TEST(NodeStackSum, HoldsTheMaximalNodesOfEveryRun) {
  constexpr std::int64_t kLeaves = 32;
  for (std::int64_t begin = 0; begin <= kLeaves; ++begin) {
    for (std::int64_t end = begin; end <= kLeaves; ++end) {
      NodeStack stack;
      stack.reset(this->shape_);
      add_leaves<TypeParam>(stack, {begin, end});
      const std::vector<TreeNode> expected = aligned_nodes({begin, end});
      ASSERT_EQ(stack.size(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        const std::int64_t width = std::int64_t{1} << expected[i].level;
        ASSERT_EQ(stack.node(i), expected[i]);
        ASSERT_TRUE(same_bits(
            stack.partial(i),
            naive_tree_sum<TypeParam>(expected[i].index * width, (expected[i].index + 1) * width, this->shape_)));
      }
    }
  }
}

/// The test data would show it: one leaf after the other, or one pair swapped with the next, gives other bits.
TYPED_TEST(NodeStackSum, DiffersInAnyOtherOrder) {
  const NaiveSum<TypeParam> tree = naive_tree_sum<TypeParam>(0, 32, this->shape_);
  EXPECT_NE(naive_sequential_sum<TypeParam>(32, this->shape_), tree);
  EXPECT_NE(naive_sequential_sum<TypeParam>(4, this->shape_), naive_tree_sum<TypeParam>(0, 4, this->shape_));

  // Thirds as three ranks would add them up without a common tree.
  NaiveSum<TypeParam> thirds{std::vector<double>(2), std::vector<TypeParam>(40)};
  for (int third = 0; third < 3; ++third) {
    NaiveSum<TypeParam> share{std::vector<double>(2), std::vector<TypeParam>(40)};
    for (std::int64_t leaf = third * 32 / 3; leaf < (third + 1) * 32 / 3; ++leaf) {
      naive_add(share, naive_leaf<TypeParam>(leaf, this->shape_));
    }
    naive_add(thirds, share);
  }
  EXPECT_NE(thirds, tree);
}

TYPED_TEST(NodeStackSum, ForgetsTheLastPass) {
  NodeStack stack;
  for (int pass = 0; pass < 3; ++pass) {
    stack.reset(this->shape_);
    add_leaves<TypeParam>(stack, {0, 7});
  }
  EXPECT_EQ(stack.size(), 3U);
  stack.reset({.header = 1, .payload = 3, .scalar = scalar_of<TypeParam>()});
  EXPECT_EQ(stack.size(), 0U);
  const Partial& partial = stack.open({0, 0});
  EXPECT_EQ(partial.header()[0], 0.0);
  EXPECT_EQ(partial.payload<TypeParam>()[2], TypeParam{0});
}

}  // namespace
}  // namespace lockstep
