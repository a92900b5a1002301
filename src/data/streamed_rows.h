/// Features that are read from their file in every pass, leaf after leaf, and laid out as resident ones are.
///
/// A leaf is read ahead on a thread of its own while those before it are added up, so that a pass takes the longer of
/// the two. Layout, panels and scales are those of resident rows: so are the bits.
#pragma once

#include "data/feature_rows.h"
#include "data/leaf_source.h"
#include "data/read_ahead.h"

#include <memory>
#include <mutex>
#include <vector>

namespace lockstep {

/// Leaves that are on their way for each thread.
inline constexpr std::int64_t kLeavesAhead = 1;

class StreamedRows {
 public:
  StreamedRows(std::shared_ptr<const FeatureRows> features, const RowPartition& partition, Layout layout);

  const FeatureRows& features() const { return *features_; }
  Layout layout() const { return layout_; }

  /// X_ij ← X_ij · factor_j from now on, as FeatureMatrix::scale_columns() does. Not to be called during a pass.
  void scale_columns(std::vector<double> factor) { factors_.push_back(std::move(factor)); }

  /// These leaves will be read, in ascending order a thread.
  void read_ahead(Run leaves);

  /// Puts the features of a leaf into buffer.x, and its panels, from row 0 on, into buffer.pieces. From any thread,
  /// each with a buffer of its own.
  void read(std::int64_t leaf, RowBuffer& buffer);

 private:
  /// Nobody has asked for this leaf of the pass before.
  bool asks_first(std::int64_t leaf);

  std::shared_ptr<const FeatureRows> features_;
  RowPartition partition_;
  Layout layout_;
  std::vector<std::vector<double>> factors_;
  std::mutex mutex_;
  Run leaves_;                  // of this pass
  std::vector<bool> is_asked_;  // one a leaf of them
  ReadAhead ahead_;
};

}  // namespace lockstep
