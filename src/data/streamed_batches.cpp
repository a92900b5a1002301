#include "data/streamed_batches.h"

#include "data/streamed_rows.h"

#include <algorithm>
#include <numeric>
#include <span>

namespace lockstep {

namespace {

constexpr int kGroupBits = 32;

std::span<const std::int64_t> blocks_of_group(const std::vector<std::int64_t>& blocks, std::int64_t group) {
  const auto first = static_cast<std::size_t>(group * kGroupBlocks);
  return std::span(blocks).subspan(first, std::min<std::size_t>(kGroupBlocks, blocks.size() - first));
}

/// Appends one row of `from` to `to`.
void append_row(const RowBlock& from, std::int64_t row, RowBlock& to) {
  if (from.is_dense) {
    const auto first = from.dense.begin() + row * from.features;
    to.dense.insert(to.dense.end(), first, first + from.features);
  } else {
    const std::int64_t begin = from.row_start[static_cast<std::size_t>(row)];
    const std::int64_t end = from.row_start[static_cast<std::size_t>(row) + 1];
    to.column.insert(to.column.end(), from.column.begin() + begin, from.column.begin() + end);
    to.value.insert(to.value.end(), from.value.begin() + begin, from.value.begin() + end);
    to.row_start.push_back(std::ssize(to.column));
  }
  ++to.rows;
}

void make_empty(RowBlock& block, const FeatureRows& features) {
  block.rows = 0;
  block.features = features.features();
  block.is_dense = features.is_dense();
  block.dense.clear();
  block.row_start.assign(1, 0);
  block.column.clear();
  block.value.clear();
}

/// The values of some rows; none where there are none.
void pick(const std::vector<double>& from, std::int64_t first, std::span<const std::int32_t> rows,
          std::vector<double>& to) {
  to.clear();
  for (std::size_t i = 0; i < rows.size() && !from.empty(); ++i) {
    to.push_back(from[static_cast<std::size_t>(first + rows[i])]);
  }
}

}  // namespace

StreamedBatches::StreamedBatches(const Dataset& data, const BatchSettings& settings)
    : data_(data), settings_(settings), ahead_([this](std::int64_t number, RowBlock& block) {
        load(number >> kGroupBits, number & ((std::int64_t{1} << kGroupBits) - 1), block);
      }) {
  const std::int64_t leaves_of_lane = data.partition.leaves / data.partition.lanes;
  lanes_ = {data.leaves.begin / leaves_of_lane, data.leaves.end / leaves_of_lane};
  held_.resize(static_cast<std::size_t>(lanes_.size()));
}

void StreamedBatches::select(const BatchPosition& position) {
  position_ = position;
  if (position.epoch == shuffled_epoch_) {
    return;
  }
  ahead_.clear();
  shuffled_epoch_ = position.epoch;
  for (std::int64_t number = lanes_.begin; number < lanes_.end; ++number) {
    Lane& lane = lane_at(number);
    lane.rows = data_.partition.rows_of_leaves(data_.partition.leaves_of({number, number + 1}));
    lane.order = shuffled_lane(settings_.seed, position.epoch, number, lane.rows.size());
    lane.blocks = shuffled_blocks(settings_.seed, position.epoch, number, lane.rows.size());
    lane.group = -1;
    lane.begin.assign(1, 0);
    for (std::int64_t group = 0; lane.begin.back() < lane.rows.size(); ++group) {
      std::int64_t rows = 0;
      for (const std::int64_t block : blocks_of_group(lane.blocks, group)) {
        rows += rows_of_block(block, lane.rows.size()).size();
      }
      lane.begin.push_back(lane.begin.back() + rows);
    }
  }
}

std::int64_t StreamedBatches::steps_per_epoch() const {
  return lockstep::steps_per_epoch(data_.partition.rows, settings_.batch_size);
}

void StreamedBatches::load(std::int64_t lane, std::int64_t group, RowBlock& block) const {
  const Lane& own = lane_at(lane);
  std::vector<Run> runs;
  for (const std::int64_t one : blocks_of_group(own.blocks, group)) {
    const Run rows = rows_of_block(one, own.rows.size());
    runs.push_back({own.rows.begin + rows.begin, own.rows.begin + rows.end});
  }
  data_.stream->features().read(runs, block);
}

void StreamedBatches::go_to(std::int64_t lane, std::int64_t group) const {
  Lane& own = lane_at(lane);
  if (own.group == group) {
    return;
  }
  const auto number = [&](std::int64_t one) { return (lane << kGroupBits) + one; };
  own.group = -1;  // should reading fail
  ahead_.take(number(group), own.features);
  own.group = group;
  if (group + 2 < std::ssize(own.begin)) {
    ahead_.want(number(group + 1));
  }
}

std::int64_t StreamedBatches::place_of(const Lane& lane, std::int64_t row) const {
  std::int64_t place = 0;
  for (const std::int64_t block : blocks_of_group(lane.blocks, lane.group)) {
    const Run rows = rows_of_block(block, lane.rows.size());
    if (row >= rows.begin && row < rows.end) {
      return place + row - rows.begin;
    }
    place += rows.size();
  }
  return place;
}

RowSet StreamedBatches::read(std::int64_t number, RowBuffer& buffer) const {
  Lane& lane = lane_at(number);
  const Run batch =
      batch_positions(position_.step, steps_per_epoch(), number, data_.partition.lanes, std::ssize(lane.order));
  make_empty(buffer.block, data_.stream->features());
  for (std::int64_t position = batch.begin; position < batch.end; ++position) {
    const auto behind = std::ranges::upper_bound(lane.begin, position);
    go_to(number, behind - lane.begin.begin() - 1);
    append_row(lane.features, place_of(lane, lane.order[static_cast<std::size_t>(position)]), buffer.block);
  }
  if (!buffer.x) {
    buffer.x = make_feature_matrix(data_.layout);
  }
  buffer.x->reset({{{0, batch.size(), 0, nullptr}}, {0, 1}}, data_.features, std::ssize(buffer.block.value));
  buffer.x->fill(buffer.block, 0, 1);

  const auto rows =
      std::span(lane.order).subspan(static_cast<std::size_t>(batch.begin), static_cast<std::size_t>(batch.size()));
  const std::int64_t first = lane.rows.begin - data_.first_row;
  pick(data_.label, first, rows, buffer.label);
  pick(data_.weight, first, rows, buffer.weight);
  pick(data_.offset, first, rows, buffer.offset);
  buffer.picked.resize(rows.size());
  std::iota(buffer.picked.begin(), buffer.picked.end(), 0);
  buffer.pieces.clear();
  const Index height = panel_rows(data_.features);
  for (std::int64_t begin = 0; begin < batch.size(); begin += height) {
    buffer.pieces.push_back({0, std::min<Index>(height, batch.size() - begin), -1, buffer.picked.data() + begin});
  }
  return {buffer.x.get(), buffer.label, buffer.weight, buffer.offset, buffer.pieces, lane.rows.begin};
}

double StreamedBatches::row_count(Run lanes) const {
  const double share = static_cast<double>(lanes.size()) / static_cast<double>(data_.partition.lanes);
  return share * static_cast<double>(std::min(settings_.batch_size, data_.partition.rows));
}

}  // namespace lockstep
