#include "model/leaf_summer.h"

#include "base/test_failure.h"

#include <algorithm>
#include <exception>

namespace lockstep {

namespace {

constexpr double kWorkOfAThread = 16384;

}  // namespace

LeafSummer::LeafSummer(int threads)
    : stacks_(static_cast<std::size_t>(threads)), workspaces_(static_cast<std::size_t>(threads)) {}

NodeStack& LeafSummer::sum(Run leaves, const PartialShape& shape, double work, const AddLeaf& add_leaf) {
  const double worth_waking = std::clamp(work / kWorkOfAThread, 1.0, static_cast<double>(stacks_.size()));
  const int workers = static_cast<int>(std::clamp<std::int64_t>(leaves.size(), 1, static_cast<int>(worth_waking)));
  if (workers == 1) {
    sum_run(leaves, 0, shape, add_leaf);
    return stacks_[0];
  }
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(workers));
#pragma omp parallel for num_threads(workers) schedule(static, 1)
  for (int worker = 0; worker < workers; ++worker) {
    const Run part = worker_run(worker, workers, leaves.size());
    try {
      sum_run({leaves.begin + part.begin, leaves.begin + part.end}, static_cast<std::size_t>(worker), shape, add_leaf);
    } catch (...) {
      failures[static_cast<std::size_t>(worker)] = std::current_exception();
    }
  }
  for (const std::exception_ptr& failure : failures) {
    if (failure) {
      std::rethrow_exception(failure);
    }
  }
  merged_.reset(shape);
  for (std::size_t worker = 0; worker < failures.size(); ++worker) {
    NodeStack& stack = stacks_[worker];
    for (std::size_t i = 0; i < stack.size(); ++i) {
      merged_.push(stack.node(i), stack.partial(i));
      merged_.merge();
    }
  }
  return merged_;
}

void LeafSummer::sum_run(Run leaves, std::size_t worker, const PartialShape& shape, const AddLeaf& add_leaf) {
  NodeStack& stack = stacks_[worker];
  stack.reset(shape);
  for (std::int64_t leaf = leaves.begin; leaf < leaves.end; ++leaf) {
    test_failure(TestPhase::leaf);
    add_leaf(leaf, stack.open({0, leaf}), workspaces_[worker]);
    stack.merge();
  }
}

}  // namespace lockstep
