#include "data/streamed_rows.h"

#include <utility>

namespace lockstep {

StreamedRows::StreamedRows(std::shared_ptr<const FeatureRows> features, const RowPartition& partition, Layout layout)
    : features_(std::move(features)),
      partition_(partition),
      layout_(layout),
      ahead_([this](std::int64_t leaf, RowBlock& block) {
        features_->read(partition_.rows_of_leaves({leaf, leaf + 1}), block);
      }) {}

void StreamedRows::read_ahead(Run leaves) {
  ahead_.clear();
  const std::lock_guard lock(mutex_);
  leaves_ = leaves;
  is_asked_.assign(static_cast<std::size_t>(leaves.size()), false);
}

bool StreamedRows::asks_first(std::int64_t leaf) {
  const std::lock_guard lock(mutex_);
  if (leaf < leaves_.begin || leaf >= leaves_.end || is_asked_[static_cast<std::size_t>(leaf - leaves_.begin)]) {
    return false;
  }
  is_asked_[static_cast<std::size_t>(leaf - leaves_.begin)] = true;
  return true;
}

void StreamedRows::read(std::int64_t leaf, RowBuffer& buffer) {
  asks_first(leaf);
  ahead_.take(leaf, buffer.block);
  for (std::int64_t next = leaf + 1; next <= leaf + kLeavesAhead; ++next) {
    if (asks_first(next)) {
      ahead_.want(next);
    }
  }
  const Index features = features_->features();
  const Panels panels = cut_panels(std::vector<std::int64_t>{0, buffer.block.rows}, features);
  buffer.pieces = panels.panels;
  if (!buffer.x) {
    buffer.x = make_feature_matrix(layout_);
  }
  buffer.x->reset(panels, features, std::ssize(buffer.block.value));
  buffer.x->fill(buffer.block, 0, 1);
  change(*buffer.x);
}

bool StreamedRows::standardize_columns(std::vector<double> centre, std::vector<double> factor) {
  if (layout_ == Layout::sparse_rows) {
    return false;
  }
  changes_.push_back({std::move(centre), std::move(factor)});
  return true;
}

void StreamedRows::change(FeatureMatrix& x) const {
  for (const Change& one : changes_) {
    if (one.centre.empty()) {
      x.scale_columns(one.factor, 1);
    } else {
      x.standardize_columns(one.centre, one.factor, 1);
    }
  }
}

}  // namespace lockstep
