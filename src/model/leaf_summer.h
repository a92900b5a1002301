/// Threads over leaves: each takes a contiguous run and adds it up in tree order, then the runs' nodes are merged.
#pragma once

#include "comm/node_stack.h"
#include "model/model.h"

#include <functional>
#include <vector>

namespace lockstep {

class LeafSummer {
 public:
  /// Adds the rows of leaf (or lane) `leaf` into a zeroed partial, with the scratch of the calling thread.
  using AddLeaf = std::function<void(std::int64_t leaf, Partial& into, Workspace& scratch)>;

  /// threads ≥ 1: OpenMP threads of this rank.
  explicit LeafSummer(int threads);

  /// The maximal aligned nodes of the run, left to right; valid until the next call. The bits do not depend on the
  /// number of threads. `work`: multiply-adds of the whole run, about; little work is done by fewer threads, since
  /// waking one costs as much as some ten thousand of them. An exception of any leaf is thrown again by the caller's
  /// thread.
  NodeStack& sum(Run leaves, const PartialShape& shape, double work, const AddLeaf& add_leaf);

 private:
  void sum_run(Run leaves, std::size_t worker, const PartialShape& shape, const AddLeaf& add_leaf);

  std::vector<NodeStack> stacks_;      // one a thread
  std::vector<Workspace> workspaces_;  // one a thread
  NodeStack merged_;
};

}  // namespace lockstep
