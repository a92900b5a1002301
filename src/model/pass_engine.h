/// Runs a pass over the rows of a source.
#pragma once

#include "comm/node_stack.h"
#include "data/leaf_source.h"
#include "model/leaf_summer.h"
#include "model/model.h"

#include <atomic>
#include <vector>

namespace lockstep {

class PassEngine {
 public:
  virtual ~PassEngine() = default;

  /// The sums of the units (leaves or lanes of this rank) as maximal aligned nodes of the tree, left to right; valid
  /// until the next call. Throws what reading the rows fails with.
  virtual NodeStack& run(const Pass& pass, const RowSource& rows, Run units) = 0;

  /// Whether the last run was given up, and left units out.
  virtual bool was_interrupted() const = 0;
};

/// Threads over leaves.
class ThreadedEngine final : public PassEngine {
 public:
  /// `model` and `facts`, those of the rows of every pass, outlive this. threads ≥ 1.
  ThreadedEngine(const Model& model, const RowFacts& facts, int threads);

  NodeStack& run(const Pass& pass, const RowSource& rows, Run units) override;
  bool was_interrupted() const override { return interrupted_; }

 private:
  NodeStack& sum_rows(const Pass& pass, const PartialShape& shape, const RowSource& rows, Run units);
  NodeStack& sum_columns(const Pass& pass, const RowSource& rows, Run units);
  void add(const Pass& pass, const RowSource& rows, std::int64_t unit, Partial& into, Workspace& scratch) const;

  const Model& model_;
  const RowFacts& facts_;
  int threads_;
  LeafSummer summer_;
  std::vector<double> terms_;  // of a pass that adds up columns, K a row
  NodeStack whole_;            // its sums
  std::atomic<bool> interrupted_ = false;
};

}  // namespace lockstep
