#include "data/leaf_source.h"

#include "lockstep/base/errors.h"

namespace lockstep {

Index RowSet::count() const {
  Index rows = 0;
  for (const Rows& piece : pieces) {
    rows += piece.count;
  }
  return rows;
}

Run RowFacts::local_rows_of_leaf(std::int64_t leaf) const {
  const Run global = partition.rows_of_leaves({leaf, leaf + 1});
  return {global.begin - first_row, global.end - first_row};
}

std::unique_ptr<BatchSource> LeafSource::batches(const BatchSettings&) const {
  throw InternalError("these rows are not cut into batches");
}

double LeafSource::row_count(Run units) const {
  return static_cast<double>(facts().partition.rows_of_leaves(units).size());
}

}  // namespace lockstep
