#include "data/dataset.h"

#include "base/memory_limit.h"
#include "comm/agreement.h"
#include "data/fingerprint.h"
#include "data/lane_batches.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace lockstep {

namespace {

std::int64_t count_entries(const RowBlock& block) {
  if (!block.is_dense) {
    return std::ssize(block.value);
  }
  return std::ranges::count_if(block.dense, [](double x) { return x != 0; });
}

std::vector<Run> rows_of_ranks(const RowPartition& partition, int ranks) {
  std::vector<Run> runs;
  for (int rank = 0; rank < ranks; ++rank) {
    runs.push_back(partition.rows_of_leaves(partition.leaves_of_rank(rank, ranks)));
  }
  return runs;
}

Panels cut_local_panels(const Dataset& data) {
  std::vector<std::int64_t> begin;
  for (std::int64_t leaf = data.leaves.begin; leaf <= data.leaves.end; ++leaf) {
    begin.push_back(data.partition.first_row_of_leaf(leaf) - data.first_row);
  }
  return cut_panels(begin, data.features);
}

/// Only ratios of weights matter. Where their sums or products could leave the range of numbers, a power of two, which
/// is exact, brings the largest near 1.
void bring_into_range(std::vector<double>& weight, Communicator& comm) {
  constexpr int kFar = 256;
  const double mine = weight.empty() ? 0 : std::ranges::max(weight);
  const double largest = std::ranges::max(all_gather_value(comm, mine));
  if (largest == 0 || std::abs(std::ilogb(largest)) <= kFar) {
    return;
  }
  for (double& s : weight) {
    s = std::ldexp(s, -std::ilogb(largest));
  }
}

}  // namespace

void require_row_numbers(const RowPartition& partition, int ranks) {
  constexpr std::int64_t kMostRows = std::numeric_limits<std::int32_t>::max();
  if (partition.lanes == 0) {
    return;
  }
  const std::int64_t lane = (partition.rows + partition.lanes - 1) / partition.lanes;
  const std::int64_t rank = std::ranges::max(rows_of_ranks(partition, ranks), {}, &Run::size).size();
  if (lane > kMostRows || rank > kMostRows) {
    throw ConfigurationError(fmt::format(
        "{} rows on {} ranks and {} lanes are up to {} a {}; a mini-batch run numbers at most {}: use more {}",
        partition.rows, ranks, partition.lanes, lane > kMostRows ? lane : rank, lane > kMostRows ? "lane" : "rank",
        kMostRows, lane > kMostRows ? "lanes (--lanes)" : "ranks"));
  }
}

Dataset make_dataset(RawData&& raw, const LayoutSettings& settings, Communicator& comm) {
  Dataset data;
  data.features = raw.block.features;
  data.stored_entries = all_sum(comm, count_entries(raw.block));
  data.has_offset = all_sum(comm, raw.block.offset.empty() ? 0 : 1) > 0;
  data.fingerprint = data_fingerprint(raw, comm);
  data.schema = std::move(raw.schema);
  data.notices = std::move(raw.notices);

  data.partition.rows = raw.total_rows;
  const std::int64_t parameters = settings.parameters > 0 ? settings.parameters : data.features + 1;
  data.partition.leaves = leaf_count(raw.total_rows, data.stored_entries, parameters);
  if (settings.lanes > 0) {
    const std::int64_t wanted = std::clamp<std::int64_t>(settings.lanes, 1, data.partition.leaves);
    data.partition.lanes = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(wanted)));
  }
  require_row_numbers(data.partition, comm.size());
  data.layout = choose_layout(raw.total_rows, data.features, data.stored_entries, settings.access);

  const std::vector<Run> runs = rows_of_ranks(data.partition, comm.size());
  const Run mine = runs[static_cast<std::size_t>(comm.rank())];
  data.leaves = data.partition.leaves_of_rank(comm.rank(), comm.size());
  data.first_row = mine.begin;
  data.rows = mine.size();
  RowBlock block = redistribute(std::move(raw.block), runs, comm);
  data.panels = cut_local_panels(data);
  data.label = std::move(block.label);
  data.weight = std::move(block.weight);
  bring_into_range(data.weight, comm);
  data.offset = std::move(block.offset);
  data.id = std::move(block.id);
  agree(comm, [&] { data.x = make_feature_matrix(std::move(block), data.layout, data.panels, settings.threads); });
  return_free_memory();  // readers leave holes
  return data;
}

RowSet Dataset::read(std::int64_t leaf, RowBuffer&) const {
  return rows_of_pieces(panels_of_leaf(leaf));
}

std::unique_ptr<BatchSource> Dataset::batches(const BatchSettings& settings) const {
  return std::make_unique<LaneBatches>(*this, settings);
}

}  // namespace lockstep
