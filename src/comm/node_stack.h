/// Adds tree nodes that arrive from left to right, holding only the nodes whose sibling is still to come.
#pragma once

#include "comm/partial.h"
#include "comm/summation_tree.h"

#include <vector>

namespace lockstep {

/// At most log2(leaves) + 1 partial sums for an aligned run. The buffers are kept for the next pass.
class NodeStack {
 public:
  /// Forgets the nodes; later partial sums have this shape.
  void reset(const PartialShape& shape);

  /// Opens the next node with a zeroed partial sum and returns it to be added into.
  Partial& open(const TreeNode& node);

  /// Takes over the content of `partial` (by swap) as the next node.
  void push(const TreeNode& node, Partial& partial);

  /// Merges the last node with its left sibling, and their parent with its, as far as siblings are there.
  void merge();

  std::size_t size() const { return size_; }
  const TreeNode& node(std::size_t i) const { return entries_[i].node; }
  Partial& partial(std::size_t i) { return entries_[i].partial; }
  const Partial& partial(std::size_t i) const { return entries_[i].partial; }
  const PartialShape& shape() const { return shape_; }

 private:
  struct Entry {
    TreeNode node;
    Partial partial;
  };
  Entry& next();

  PartialShape shape_;
  std::vector<Entry> entries_;  // the first size_ are in use
  std::size_t size_ = 0;
};

}  // namespace lockstep
