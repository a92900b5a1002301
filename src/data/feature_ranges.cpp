#include "data/feature_ranges.h"

#include <algorithm>

namespace lockstep {

FeatureRanges::FeatureRanges(Index features)
    : each_(features <= kMostFeatures ? static_cast<std::size_t>(features) : 0) {}

void FeatureRanges::add(const RowBlock& rows) {
  if (!rows.is_dense) {
    for (std::size_t k = 0; k < rows.value.size(); ++k) {
      add(rows.column[k], rows.value[k]);
    }
    return;
  }
  for (std::size_t k = 0; k < rows.dense.size(); ++k) {
    add(static_cast<Index>(k) % rows.features, rows.dense[k]);
  }
}

void FeatureRanges::add(Index feature, double value) {
  const auto take = [value](FeatureRange& range) {
    range.least = std::min(range.least, value);
    range.largest = std::max(range.largest, value);
    range.nonzeros += value != 0 ? 1 : 0;
  };
  take(all_);
  if (!each_.empty()) {
    take(each_[static_cast<std::size_t>(feature)]);
  }
}

}  // namespace lockstep
