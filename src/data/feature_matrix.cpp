#include "data/feature_matrix.h"

#include "data/feature_layouts.h"

#include <algorithm>
#include <cmath>

namespace lockstep {

namespace {

constexpr std::int64_t kMaxColumnFeatures = 200;
constexpr Index kPanelEntries = 48 * 1024;  // 384 KB of doubles

}  // namespace

bool FeatureMatrix::gather(const Rows&, Nonzeros<float>&) const {
  return false;
}

bool FeatureMatrix::gather(const Rows&, Nonzeros<double>&) const {
  return false;
}

Layout choose_layout(std::int64_t rows, std::int64_t features, std::int64_t stored_entries, Access access) {
  // Both sides rounded down, which no product could overflow. That spares d ≤ 3, where CSR would save nothing.
  if (rows > 0 && stored_entries / rows < features / 4) {
    return Layout::sparse_rows;
  }
  return access == Access::full_batch && features <= kMaxColumnFeatures ? Layout::dense_columns : Layout::dense_rows;
}

double layout_bytes(Layout layout, double rows, Index features, double stored_entries, double leaves) {
  const auto padded_up = [](double size) { return std::ceil(size / double{kLanes}) * double{kLanes}; };
  switch (layout) {
    case Layout::sparse_rows:
      return stored_entries * double{sizeof(double) + sizeof(std::int32_t)} + rows * double{sizeof(std::int64_t)};
    case Layout::dense_rows:
      return rows * static_cast<double>(padded(features)) * double{sizeof(double)};
    case Layout::dense_columns:
      break;
  }
  return leaves * padded_up(std::ceil(rows / leaves)) * static_cast<double>(features) * double{sizeof(double)};
}

Index panel_rows(Index features) {
  return std::clamp(kPanelEntries / std::max<Index>(features, 1) / 16 * 16, Index{64}, Index{512});
}

Panels cut_panels(std::span<const std::int64_t> leaf_begin, Index features) {
  const Index height = panel_rows(features);
  Panels cut;
  cut.first_of_leaf.push_back(0);
  for (std::size_t leaf = 0; leaf + 1 < leaf_begin.size(); ++leaf) {
    for (std::int64_t begin = leaf_begin[leaf]; begin < leaf_begin[leaf + 1]; begin += height) {
      const Index count = std::min<Index>(height, leaf_begin[leaf + 1] - begin);
      cut.panels.push_back({begin, count, std::ssize(cut.panels), nullptr});
    }
    cut.first_of_leaf.push_back(std::ssize(cut.panels));
  }
  return cut;
}

std::unique_ptr<FeatureMatrix> make_feature_matrix(Layout layout) {
  switch (layout) {
    case Layout::dense_columns:
      return make_dense_columns();
    case Layout::dense_rows:
      return make_dense_rows();
    case Layout::sparse_rows:
      break;
  }
  return make_sparse_rows();
}

std::unique_ptr<FeatureMatrix> make_feature_matrix(RowBlock&& block, Layout layout, const Panels& panels, int threads) {
  if (layout == Layout::sparse_rows && !block.is_dense) {
    return make_sparse_rows(std::move(block));
  }
  const RowBlock used = std::move(block);
  block = {};
  std::unique_ptr<FeatureMatrix> x = make_feature_matrix(layout);
  x->reset(panels, used.features, used.count_entries());
  x->fill(used, 0, threads);
  return x;
}

}  // namespace lockstep
