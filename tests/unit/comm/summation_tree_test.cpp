#include "comm/summation_tree.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

__extension__ typedef __int128 Wide;

bool is_power_of_two(std::int64_t n) {
  return std::has_single_bit(static_cast<std::uint64_t>(n));
}

TEST(ProportionalCut, IsTheFloorOfTheExactProduct) {
  for (std::int64_t parts = 1; parts <= 40; ++parts) {
    for (std::int64_t whole = 0; whole <= 100; ++whole) {
      for (std::int64_t part = 0; part <= parts; ++part) {
        ASSERT_EQ(proportional_cut(part, parts, whole), part * whole / parts);
      }
    }
  }
}

TEST(ProportionalCut, DoesNotOverflowWherePartTimesWholeWould) {
  constexpr std::int64_t kWhole = std::numeric_limits<std::int64_t>::max() / 2;
  constexpr std::int64_t kParts = std::int64_t{1} << 31;
  EXPECT_EQ(proportional_cut(kParts, kParts, kWhole), kWhole);
  for (const std::int64_t part : {std::int64_t{1}, kParts / 3, kParts - 1}) {
    const auto exact = static_cast<std::int64_t>(static_cast<Wide>(part) * kWhole / kParts);
    EXPECT_EQ(proportional_cut(part, kParts, kWhole), exact);
  }
}

/// One row a batch of 64 lanes: as many parts as rows.
TEST(ProportionalCut, DoesNotOverflowForAsManyPartsAsRows) {
  for (const std::int64_t parts : {std::int64_t{24'000'000'000}, std::int64_t{1} << 40, std::int64_t{1} << 62}) {
    const std::int64_t whole = parts / 64 + 63;
    EXPECT_EQ(proportional_cut(parts, parts, whole), whole);
    EXPECT_EQ(proportional_cut(parts - 1, parts, whole), whole - 1);
    EXPECT_EQ(proportional_cut(parts / 2, parts, parts - 1), parts / 2 - 1);
  }
}

TEST(LeafCount, StaysWithinItsBounds) {
  for (const std::int64_t features : {0, 1, 10, 1000, 100'000}) {
    for (const std::int64_t parameters : {1, 10, 100'000}) {
      std::int64_t previous = 1;
      const auto check = [&](std::int64_t rows) {
        const std::int64_t leaves = leaf_count(rows, rows * features, parameters);
        ASSERT_TRUE(is_power_of_two(leaves));
        ASSERT_LE(leaves, std::max<std::int64_t>(1, rows));
        ASSERT_LE((rows + leaves - 1) / leaves, 2048) << rows << " rows in " << leaves << " leaves";
        ASSERT_GE(leaves, previous) << "more rows, fewer leaves: " << rows;
        previous = leaves;
      };
      for (std::int64_t rows = 0; rows <= 5000; ++rows) {
        check(rows);
      }
      for (std::int64_t rows = 5001; rows < 100'000'000'000; rows += rows / 7) {
        check(rows);
      }
    }
  }
}

TEST(LeafCount, GivesThreadsSixtyFourLeavesWhereTheirSumsAreLighterThanTheirData) {
  EXPECT_EQ(leaf_count(1000, 1000 * 10, 11), 64);
  EXPECT_EQ(leaf_count(64, 64 * 10, 10), 64);
  EXPECT_EQ(leaf_count(63, 63 * 10, 10), 32);
  EXPECT_EQ(leaf_count(1000, 1000 * 10, 1'000'000), 1);
  EXPECT_EQ(leaf_count(200'000, 200'000 * 10, 11), 128);
  EXPECT_EQ(leaf_count(0, 0, 1), 1);
  EXPECT_EQ(leaf_count(1, 10, 1), 1);
}

TEST(LeafCount, TakesAnyNumberOfRows) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(leaf_count(kMost, kMost, 1), std::int64_t{1} << 52);
  EXPECT_EQ(leaf_count(std::int64_t{1} << 40, kMost, 1), std::int64_t{1} << 29);
  EXPECT_EQ(leaf_count((std::int64_t{1} << 40) + 1, kMost, 1), std::int64_t{1} << 30);
}

TEST(WorkerRun, TilesTheUnitsForEveryCount) {
  for (std::int64_t units : {0, 1, 2, 3, 4, 5, 7, 8, 16, 31, 32, 64, 100, 128, 256, 1024, 4096}) {
    for (int workers = 1; workers <= 70; ++workers) {
      std::int64_t end = 0;
      for (int worker = 0; worker < workers; ++worker) {
        const auto run = worker_run(worker, workers, units);
        ASSERT_EQ(run.begin, end) << units << " units, worker " << worker << " of " << workers;
        ASSERT_GE(run.size(), 0);
        end = run.end;
      }
      ASSERT_EQ(end, units);
    }
  }
}

TEST(WorkerRun, PowersOfTwoCutExactly) {
  for (std::int64_t units = 1; units <= 4096; units *= 2) {
    for (int workers = 1; workers <= 256; workers *= 2) {
      for (int worker = 0; worker <= workers; ++worker) {
        ASSERT_EQ(worker_cut(worker, workers, units), worker * units / workers);
      }
      if (workers <= units) {
        for (int worker = 0; worker < workers; ++worker) {
          ASSERT_EQ(aligned_nodes(worker_run(worker, workers, units)).size(), 1U);
        }
      }
    }
  }
}

TEST(WorkerRun, IsAtMostThreePercentAndOneUnitLongerThanItsShare) {
  for (std::int64_t units = 1; units <= std::int64_t{1} << 40; units *= 2) {
    for (int workers = 1; workers <= 130; ++workers) {
      const double share = static_cast<double>(units) / workers;
      for (int worker = 0; worker < workers; ++worker) {
        const auto size = static_cast<double>(worker_run(worker, workers, units).size());
        ASSERT_LE(std::abs(size - share), 0.03 * share + 1)
            << units << " units, worker " << worker << " of " << workers;
      }
    }
  }
}

TEST(WorkerRun, CrossesFewNodesWhenThereAreManyLeaves) {
  for (int workers = 1; workers <= 130; ++workers) {
    for (std::int64_t units = std::int64_t{1} << 16; units <= std::int64_t{1} << 32; units *= 16) {
      std::size_t nodes = 0;
      for (int worker = 0; worker < workers; ++worker) {
        nodes += aligned_nodes(worker_run(worker, workers, units)).size();
      }
      EXPECT_LE(static_cast<double>(nodes), 5.5 * workers) << workers << " workers, " << units << " units";
    }
  }
}

/// Every node inside the run whose parent is not.
std::vector<TreeNode> brute_force_nodes(Run run) {
  std::vector<TreeNode> nodes;
  const auto inside = [&](int level, std::int64_t index) {
    return index << level >= run.begin && (index + 1) << level <= run.end;
  };
  for (std::int64_t leaf = run.begin; leaf < run.end; ++leaf) {
    for (int level = 0; leaf % (std::int64_t{1} << level) == 0 && level < 20; ++level) {
      const std::int64_t index = leaf >> level;
      if (inside(level, index) && !inside(level + 1, index / 2)) {
        nodes.push_back({level, index});
      }
    }
  }
  return nodes;
}

TEST(AlignedNodes, AreTheMaximalNodesOfEveryRun) {
  for (std::int64_t begin = 0; begin <= 65; ++begin) {
    for (std::int64_t end = begin; end <= 130; ++end) {
      ASSERT_EQ(aligned_nodes({begin, end}), brute_force_nodes({begin, end})) << begin << ".." << end;
    }
  }
}

TEST(AlignedNodes, SiblingsMeetInTheirParent) {
  EXPECT_TRUE(are_siblings({3, 4}, {3, 5}));
  EXPECT_FALSE(are_siblings({3, 5}, {3, 6}));  // neighbours of two parents
  EXPECT_FALSE(are_siblings({3, 5}, {3, 4}));
  EXPECT_FALSE(are_siblings({2, 4}, {3, 5}));
  EXPECT_EQ(parent({3, 4}), (TreeNode{4, 2}));
}

}  // namespace
}  // namespace lockstep
