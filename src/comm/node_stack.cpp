#include "comm/node_stack.h"

#include <utility>

namespace lockstep {

void NodeStack::reset(const PartialShape& shape) {
  shape_ = shape;
  size_ = 0;
}

NodeStack::Entry& NodeStack::next() {
  if (size_ == entries_.size()) {
    entries_.emplace_back();
  }
  return entries_[size_++];
}

Partial& NodeStack::open(const TreeNode& node) {
  Entry& entry = next();
  entry.node = node;
  entry.partial.reshape(shape_);
  entry.partial.set_zero();
  return entry.partial;
}

void NodeStack::push(const TreeNode& node, Partial& partial) {
  Entry& entry = next();
  entry.node = node;
  std::swap(entry.partial, partial);
}

void NodeStack::merge() {
  while (size_ >= 2 && are_siblings(entries_[size_ - 2].node, entries_[size_ - 1].node)) {
    Entry& left = entries_[size_ - 2];
    left.partial.add(entries_[size_ - 1].partial);
    left.node = parent(left.node);
    --size_;
  }
}

}  // namespace lockstep
