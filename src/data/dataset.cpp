#include "data/dataset.h"

#include "base/interrupt.h"
#include "base/memory_limit.h"
#include "comm/agreement.h"
#include "data/lane_batches.h"
#include "data/streamed_batches.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <exception>
#include <limits>

#include <fmt/format.h>

namespace lockstep {

namespace {

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

/// Leaves a block its columns of one number a row.
void make_narrow(RowBlock& block) {
  block.features = 0;
  block.is_dense = true;
  block.dense.clear();
  block.row_start = {};
}

/// Numbers read at a time.
constexpr std::int64_t kPartEntries = std::int64_t{1} << 19;

/// The local rows in parts of whole leaves.
std::vector<Run> parts_of(const Dataset& data, double entries_a_row) {
  std::vector<Run> parts;
  for (std::int64_t leaf = data.leaves.begin; leaf < data.leaves.end; ++leaf) {
    const Run rows = data.local_rows_of_leaf(leaf);
    const bool is_full =
        parts.empty() || static_cast<double>(parts.back().size()) * entries_a_row > static_cast<double>(kPartEntries);
    if (is_full) {
      parts.push_back(rows);
    } else {
      parts.back().end = rows.end;
    }
  }
  return parts;
}

/// Reads this rank's features into their layout: beside it no more than a part a thread is held.
void read_features(const FeatureRows& features, int threads, Dataset& data) {
  data.x = make_feature_matrix(data.layout);
  const double share =
      static_cast<double>(data.rows) / static_cast<double>(std::max<std::int64_t>(1, data.partition.rows));
  data.x->reset(data.panels, data.features, std::llround(share * static_cast<double>(data.stored_entries)));
  const std::vector<Run> parts = parts_of(data, features.entries());
  const bool is_sparse = data.layout == Layout::sparse_rows;  // row after row
  const auto count = std::ssize(parts);
  std::vector<std::exception_ptr> failures(parts.size());
#pragma omp parallel num_threads(is_sparse ? 1 : threads)
  {
    RowBlock block;
#pragma omp for schedule(dynamic, 1)
    for (std::int64_t i = 0; i < count; ++i) {
      const Run rows = parts[static_cast<std::size_t>(i)];
      try {
        heed_interrupt("reading data");
        features.read({data.first_row + rows.begin, data.first_row + rows.end}, block);
        data.x->fill(block, rows.begin, 1);
      } catch (...) {
        failures[static_cast<std::size_t>(i)] = std::current_exception();
      }
    }
  }
  for (const std::exception_ptr& failure : failures) {
    if (failure) {
      std::rethrow_exception(failure);
    }
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
  const RowSurvey survey = survey_rows(raw, comm);
  return make_dataset(std::move(raw), survey, settings, comm);
}

Dataset make_dataset(RawData&& raw, const RowSurvey& survey, const LayoutSettings& settings, Communicator& comm) {
  Dataset data;
  data.features = raw.block.features;
  data.stored_entries = survey.stored_entries;
  data.has_offset = all_sum(comm, raw.block.offset.empty() ? 0 : 1) > 0;
  data.fingerprint = survey.fingerprint;
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
  if (raw.features) {
    make_narrow(raw.block);
  }
  RowBlock block = redistribute(std::move(raw.block), runs, comm);
  data.panels = cut_local_panels(data);
  data.label = std::move(block.label);
  data.weight = std::move(block.weight);
  bring_into_range(data.weight, comm);
  data.offset = std::move(block.offset);
  data.id = std::move(block.id);
  if (settings.is_streamed) {
    data.stream = std::make_unique<StreamedRows>(raw.features, data.partition, data.layout);
  } else if (raw.features) {
    agree(comm, [&] { read_features(*raw.features, settings.threads, data); });
  } else {
    agree(comm, [&] { data.x = make_feature_matrix(std::move(block), data.layout, data.panels, settings.threads); });
  }
  return_free_memory();  // readers leave holes
  return data;
}

void Dataset::read_ahead(Run units) const {
  if (stream) {
    stream->read_ahead(units);
  }
}

RowSet Dataset::read(std::int64_t leaf, RowBuffer& buffer) const {
  if (!stream) {
    return rows_of_pieces(panels_of_leaf(leaf));
  }
  stream->read(leaf, buffer);
  const Run local = local_rows_of_leaf(leaf);
  const auto part = [&](const std::vector<double>& column) {
    return column.empty() ? std::span<const double>()
                          : std::span(column).subspan(static_cast<std::size_t>(local.begin),
                                                      static_cast<std::size_t>(local.size()));
  };
  return {buffer.x.get(), part(label), part(weight), part(offset), buffer.pieces, first_row + local.begin};
}

RowSet Dataset::read_without_features(std::int64_t leaf, RowBuffer&) const {
  return rows_of_pieces(panels_of_leaf(leaf));
}

void Dataset::add_columns(std::int64_t parameters) {
  if (x && layout == Layout::sparse_rows && pays_by_columns(stored_entries, partition.leaves, parameters)) {
    by_column = std::make_unique<ColumnEntries>(*x, panels, leaves, features);
  }
}

void Dataset::scale_columns(std::vector<double> factor, int threads) {
  if (by_column) {
    by_column->scale_columns(factor, threads);
  }
  if (stream) {
    stream->scale_columns(std::move(factor));
  } else {
    x->scale_columns(factor, threads);
  }
}

bool Dataset::standardize_columns(const std::vector<double>& by, const std::vector<double>& factor, int threads) {
  return stream ? stream->standardize_columns(by, factor) : x->standardize_columns(by, factor, threads);
}

std::unique_ptr<BatchSource> Dataset::batches(const BatchSettings& settings) const {
  if (stream) {
    return std::make_unique<StreamedBatches>(*this, settings);
  }
  return std::make_unique<LaneBatches>(*this, settings);
}

}  // namespace lockstep
