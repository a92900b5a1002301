#include "data/lane_batches.h"

#include <algorithm>

namespace lockstep {

LaneBatches::LaneBatches(const Dataset& data, const BatchSettings& settings) : data_(data), settings_(settings) {
  const std::int64_t leaves_of_lane = data.partition.leaves / data.partition.lanes;
  lanes_ = {data.leaves.begin / leaves_of_lane, data.leaves.end / leaves_of_lane};
  order_.resize(static_cast<std::size_t>(lanes_.size()));
}

void LaneBatches::select(const BatchPosition& position) {
  position_ = position;
  if (position.epoch == shuffled_epoch_) {
    return;
  }
  shuffled_epoch_ = position.epoch;
  for (std::int64_t lane = lanes_.begin; lane < lanes_.end; ++lane) {
    const Run rows = data_.partition.rows_of_leaves(data_.partition.leaves_of({lane, lane + 1}));
    std::vector<std::int32_t>& order = order_[static_cast<std::size_t>(lane - lanes_.begin)];
    order = shuffled_lane(settings_.seed, position.epoch, lane, rows.size());
    for (std::int32_t& row : order) {
      row += static_cast<std::int32_t>(rows.begin - data_.first_row);
    }
  }
}

std::int64_t LaneBatches::steps_per_epoch() const {
  return lockstep::steps_per_epoch(data_.partition.rows, settings_.batch_size);
}

RowSet LaneBatches::read(std::int64_t lane, RowBuffer& buffer) const {
  const std::vector<std::int32_t>& order = order_[static_cast<std::size_t>(lane - lanes_.begin)];
  const Index height = panel_rows(data_.features);
  const Run batch = batch_positions(position_.step, steps_per_epoch(), lane, data_.partition.lanes, std::ssize(order));
  buffer.pieces.clear();
  for (std::int64_t begin = batch.begin; begin < batch.end; begin += height) {
    buffer.pieces.push_back({0, std::min<Index>(height, batch.end - begin), -1, order.data() + begin});
  }
  return data_.rows_of_pieces(buffer.pieces);
}

double LaneBatches::row_count(Run lanes) const {
  const double share = static_cast<double>(lanes.size()) / static_cast<double>(data_.partition.lanes);
  return share * static_cast<double>(std::min(settings_.batch_size, data_.partition.rows));
}

}  // namespace lockstep
