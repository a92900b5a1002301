/// Mini-batches of rows that are read from their file: what a step takes from each lane (batch_schedule.h).
///
/// An epoch takes the rows of a lane group after group, a group being 8 blocks of 256 consecutive rows. So a lane holds
/// the features of one group, and the next one is read ahead: no row is read twice in an epoch.
#pragma once

#include "data/dataset.h"
#include "data/read_ahead.h"

#include <cstdint>
#include <vector>

namespace lockstep {

class StreamedBatches final : public BatchSource {
 public:
  /// `data`, streamed and cut into lanes, outlives this. batch_size ≥ 1.
  StreamedBatches(const Dataset& data, const BatchSettings& settings);

  void select(const BatchPosition& position) override;
  std::int64_t steps_per_epoch() const override;
  /// Picked rows, in pieces of at most panel_rows().
  RowSet read(std::int64_t lane, RowBuffer& buffer) const override;
  double row_count(Run lanes) const override;

 private:
  /// A lane in this epoch, and the group it is at.
  struct Lane {
    Run rows;                          // global
    std::vector<std::int32_t> order;   // rows of the lane, from 0
    std::vector<std::int64_t> blocks;  // in the order of the groups
    std::vector<std::int64_t> begin;   // of each group in `order`, and the end
    std::int64_t group = -1;           // whose features are held
    RowBlock features;                 // of its blocks, one after the other
  };

  Lane& lane_at(std::int64_t lane) const { return held_[static_cast<std::size_t>(lane - lanes_.begin)]; }
  void load(std::int64_t lane, std::int64_t group, RowBlock& block) const;
  void go_to(std::int64_t lane, std::int64_t group) const;
  /// Where a row of the lane stands among the features that are held.
  std::int64_t place_of(const Lane& lane, std::int64_t row) const;

  const Dataset& data_;
  BatchSettings settings_;
  Run lanes_;  // this rank's
  BatchPosition position_;
  std::int64_t shuffled_epoch_ = -1;
  mutable std::vector<Lane> held_;  // one a lane, which one thread at a time reads
  mutable ReadAhead ahead_;         // a block's number: lane · 2^32 + group
};

}  // namespace lockstep
