/// How far features reach: what a survey of rows (row_survey.h) can tell of numbers without names.
#pragma once

#include "data/row_block.h"

#include <cstdint>
#include <limits>
#include <vector>

namespace lockstep {

struct FeatureRange {
  double least =
      std::numeric_limits<double>::infinity();  ///< of the stored entries; of sparse rows zeros are not stored
  double largest = -std::numeric_limits<double>::infinity();
  std::int64_t nonzeros = 0;
};

class FeatureRanges {
 public:
  /// d features; more than kMostFeatures are not told apart.
  explicit FeatureRanges(Index features);
  static constexpr Index kMostFeatures = 1000;

  void add(const RowBlock& rows);

  /// Of each feature; empty: there are too many.
  const std::vector<FeatureRange>& each() const { return each_; }
  const FeatureRange& all() const { return all_; }

 private:
  void add(Index feature, double value);

  std::vector<FeatureRange> each_;
  FeatureRange all_;
};

}  // namespace lockstep
