#include "comm/summation_tree.h"

#include <algorithm>
#include <bit>

namespace lockstep {

namespace {

constexpr std::int64_t kMaxRowsPerLeaf = 2048;
constexpr std::int64_t kLeavesForSharing = 64;

__extension__ typedef __int128 Wide;

/// Among [low, high] the number with the most trailing zero bits (0 counts as the most).
std::int64_t most_aligned(std::int64_t low, std::int64_t high) {
  if (low <= 0) {
    return 0;
  }
  // Clearing the bits below the highest bit in which low − 1 and high differ gives that number.
  const auto differing = static_cast<std::uint64_t>((low - 1) ^ high);
  const int bit = static_cast<int>(std::bit_width(differing)) - 1;
  return high >> bit << bit;
}

}  // namespace

std::int64_t proportional_cut(std::int64_t part, std::int64_t parts, std::int64_t whole) {
  return static_cast<std::int64_t>(static_cast<Wide>(part) * whole / parts);
}

std::int64_t leaf_count(std::int64_t rows, std::int64_t stored_entries, std::int64_t parameters) {
  std::int64_t leaves = 1;
  while (leaves <= (rows - 1) / kMaxRowsPerLeaf) {
    leaves *= 2;
  }
  while (leaves < kLeavesForSharing && 2 * leaves <= rows && stored_entries / (2 * leaves) >= parameters) {
    leaves *= 2;
  }
  return leaves;
}

std::int64_t worker_cut(int worker, int workers, std::int64_t units) {
  const std::int64_t ideal = proportional_cut(worker, workers, units);
  if (worker == 0 || worker == workers || std::has_single_bit(static_cast<unsigned>(workers))) {
    return ideal;
  }
  const std::int64_t slack = units * 3 / (static_cast<std::int64_t>(workers) * 200);
  return most_aligned(ideal - slack, std::min(ideal + slack, units));
}

Run worker_run(int worker, int workers, std::int64_t units) {
  return {worker_cut(worker, workers, units), worker_cut(worker + 1, workers, units)};
}

std::vector<TreeNode> aligned_nodes(Run leaves) {
  std::vector<TreeNode> nodes;
  std::int64_t begin = leaves.begin;
  while (begin < leaves.end) {
    int level = begin == 0 ? 62 : std::countr_zero(static_cast<std::uint64_t>(begin));
    while ((std::int64_t{1} << level) > leaves.end - begin) {
      --level;
    }
    nodes.push_back({level, begin >> level});
    begin += std::int64_t{1} << level;
  }
  return nodes;
}

bool are_siblings(const TreeNode& left, const TreeNode& right) {
  return left.level == right.level && left.index % 2 == 0 && right.index == left.index + 1;
}

TreeNode parent(const TreeNode& left) {
  return {left.level + 1, left.index / 2};
}

}  // namespace lockstep
