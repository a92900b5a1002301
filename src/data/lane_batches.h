/// Mini-batches of resident rows: what a step takes from each lane (batch_schedule.h).
#pragma once

#include "data/dataset.h"

#include <cstdint>
#include <vector>

namespace lockstep {

class LaneBatches final : public BatchSource {
 public:
  /// `data`, cut into lanes, outlives this. batch_size ≥ 1.
  LaneBatches(const Dataset& data, const BatchSettings& settings);

  void select(const BatchPosition& position) override;
  std::int64_t steps_per_epoch() const override;
  /// Picked rows, in pieces of at most panel_rows().
  RowSet read(std::int64_t lane, RowBuffer& buffer) const override;
  double row_count(Run lanes) const override;

 private:
  const Dataset& data_;
  BatchSettings settings_;
  Run lanes_;  // this rank's
  BatchPosition position_;
  std::int64_t shuffled_epoch_ = -1;
  std::vector<std::vector<std::int32_t>> order_;  // local rows of each own lane in this epoch's order
};

}  // namespace lockstep
