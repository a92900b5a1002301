/// The one summation tree: a sum over rows is defined by the data, never by the machine.
///
/// n rows form V = 2^k leaves; leaf i is the rows [⌊i·n/V⌋, ⌊(i+1)·n/V⌋). The sum is the perfect binary tree over the
/// leaves, a node being left + right. A worker (a thread of a rank, or a rank) owns a contiguous run of leaves and adds
/// up the maximal aligned nodes inside its run; the few nodes that are left are merged in tree order.
/// Everything here is a pure function.
#pragma once

#include <cstdint>
#include <vector>

namespace lockstep {

/// A half-open run of leaves, lanes or rows.
struct Run {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t size() const { return end - begin; }
  bool empty() const { return end <= begin; }
  friend bool operator==(const Run&, const Run&) = default;
};

/// Node of the tree: the leaves [index·2^level, (index+1)·2^level).
struct TreeNode {
  int level = 0;
  std::int64_t index = 0;
  friend bool operator==(const TreeNode&, const TreeNode&) = default;
};

/// ⌊part·whole/parts⌋, exact for all 0 ≤ part ≤ parts.
std::int64_t proportional_cut(std::int64_t part, std::int64_t parts, std::int64_t whole);

/// V for n rows with `stored_entries` entries in all and a model of `parameters` parameters: the smallest power of two
/// with n/V ≤ 2048 rows a leaf; raised to 64 (for threads and ranks to share) as long as a leaf stores at least as many
/// entries as its partial gradient has; never above n (1 for n ≤ 1).
std::int64_t leaf_count(std::int64_t rows, std::int64_t stored_entries, std::int64_t parameters);

/// First unit of a worker among `units` (leaves, or lanes): the exact i·units/workers for powers of two; otherwise the
/// most aligned cut within 1.5 % of a worker's share around it, so that few nodes cross. worker = workers gives
/// `units`.
std::int64_t worker_cut(int worker, int workers, std::int64_t units);

/// [worker_cut(worker), worker_cut(worker + 1)).
Run worker_run(int worker, int workers, std::int64_t units);

/// The maximal aligned nodes that tile the run, left to right.
std::vector<TreeNode> aligned_nodes(Run leaves);

/// True when `left` and `right` are the two children of one node.
bool are_siblings(const TreeNode& left, const TreeNode& right);

/// The node whose children are `left` and its sibling.
TreeNode parent(const TreeNode& left);

}  // namespace lockstep
