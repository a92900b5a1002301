#include "data/split.h"

#include "base/hash.h"
#include "data/picked_rows.h"
#include "lockstep/base/errors.h"
#include "lockstep/comm/communicator.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// Moves the elements of the picked rows out of `all`, and those of the others together. Row i has the elements
/// [begin_of_row(i), begin_of_row(i + 1)).
template <typename T, typename Begin>
std::vector<T> take_out(std::vector<T>& all, const std::vector<bool>& picked, Begin begin_of_row) {
  std::vector<T> taken;
  if (all.empty()) {
    return taken;
  }
  std::size_t elements = 0;
  for (std::size_t row = 0; row < picked.size(); ++row) {
    elements += picked[row] ? static_cast<std::size_t>(begin_of_row(row + 1) - begin_of_row(row)) : 0;
  }
  taken.reserve(elements);
  auto kept_end = all.begin();
  for (std::size_t row = 0; row < picked.size(); ++row) {
    const auto begin = all.begin() + begin_of_row(row);
    const auto end = all.begin() + begin_of_row(row + 1);
    if (picked[row]) {
      taken.insert(taken.end(), std::make_move_iterator(begin), std::make_move_iterator(end));
    } else {
      kept_end = kept_end == begin ? end : std::move(begin, end, kept_end);
    }
  }
  all.erase(kept_end, all.end());
  return taken;
}

void take_out_sparse(RowBlock& from, const std::vector<bool>& picked, RowBlock& to) {
  const auto begin_of_row = [&](std::size_t row) { return from.row_start[row]; };
  to.column = take_out(from.column, picked, begin_of_row);
  to.value = take_out(from.value, picked, begin_of_row);
  std::vector<std::int64_t> kept_start = {0};
  to.row_start = {0};
  for (std::size_t row = 0; row < picked.size(); ++row) {
    std::vector<std::int64_t>& start = picked[row] ? to.row_start : kept_start;
    start.push_back(start.back() + from.row_start[row + 1] - from.row_start[row]);
  }
  from.row_start = std::move(kept_start);
}

/// Moves the picked rows out of a block; row numbers are left to the caller.
RowBlock take_out_rows(RowBlock& from, const std::vector<bool>& picked) {
  RowBlock to;
  to.features = from.features;
  to.is_dense = from.is_dense;
  const auto wide = [&](std::size_t row) { return static_cast<std::int64_t>(row) * from.features; };
  const auto single = [](std::size_t row) { return static_cast<std::int64_t>(row); };
  if (from.is_dense) {
    to.dense = take_out(from.dense, picked, wide);
  } else if (!from.row_start.empty()) {  // else they stay in their file
    take_out_sparse(from, picked, to);
  }
  to.label = take_out(from.label, picked, single);
  to.weight = take_out(from.weight, picked, single);
  to.offset = take_out(from.offset, picked, single);
  to.id = take_out(from.id, picked, single);
  to.rows = std::ranges::count(picked, true);
  from.rows -= to.rows;
  return to;
}

bool is_below(double fraction, std::span<const std::byte> key, std::uint64_t seed) {
  return static_cast<double>(hash64(key, seed) >> 11) * 0x1p-53 < fraction;
}

/// Global numbers of the rows of both parts. Collective.
void number_parts(RawData& training, RawData& validation, Communicator& comm) {
  const std::array<std::int64_t, 2> mine = {training.block.rows, validation.block.rows};
  const auto all = all_gather_value(comm, mine);
  std::array<RawData*, 2> parts = {&training, &validation};
  for (std::size_t part = 0; part < parts.size(); ++part) {
    parts[part]->block.first_row = 0;
    parts[part]->total_rows = 0;
    for (int rank = 0; rank < comm.size(); ++rank) {
      const std::int64_t rows = all[static_cast<std::size_t>(rank)][part];
      parts[part]->block.first_row += rank < comm.rank() ? rows : 0;
      parts[part]->total_rows += rows;
    }
  }
}

}  // namespace

RowSplit::RowSplit(double fraction, std::uint64_t seed, const RowBlock& rows, Communicator& comm)
    : RowSplit(fraction, seed) {
  if (all_sum(comm, std::ssize(rows.group)) == 0) {
    return;
  }
  // A bit a row, each rank's from a byte of its own on.
  constexpr std::size_t kBits = 8;
  std::vector<std::uint8_t> mine((rows.group.size() + kBits - 1) / kBits);
  for (std::size_t i = 0; i < rows.group.size(); ++i) {
    const bool is_held_out = is_below(fraction, std::as_bytes(std::span(&rows.group[i], 1)), seed);
    mine[i / kBits] |= static_cast<std::uint8_t>(is_held_out ? 1U << i % kBits : 0U);
  }
  const std::vector<std::int64_t> rows_of_rank = all_gather_value(comm, std::int64_t{std::ssize(rows.group)});
  const std::vector<std::int64_t> counts = all_gather_value(comm, std::int64_t{std::ssize(mine)});
  std::vector<std::uint8_t> all(
      static_cast<std::size_t>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0})));
  comm.all_gather(std::as_bytes(std::span(mine)), counts, std::as_writable_bytes(std::span(all)));
  std::vector<bool> by_groups;
  by_groups.reserve(
      static_cast<std::size_t>(std::accumulate(rows_of_rank.begin(), rows_of_rank.end(), std::int64_t{0})));
  auto bytes = all.begin();
  for (std::size_t rank = 0; rank < counts.size(); ++rank) {
    for (std::int64_t i = 0; i < rows_of_rank[rank]; ++i) {
      by_groups.push_back((bytes[i / static_cast<std::int64_t>(kBits)] >> i % static_cast<std::int64_t>(kBits) & 1) !=
                          0);
    }
    bytes += counts[rank];
  }
  by_groups_ = std::make_shared<const std::vector<bool>>(std::move(by_groups));
}

bool RowSplit::holds_out(std::int64_t global_row) const {
  return by_groups_ ? (*by_groups_)[static_cast<std::size_t>(global_row)]
                    : is_below(fraction_, std::as_bytes(std::span(&global_row, 1)), seed_);
}

std::int64_t RowSplit::row_before_split(std::int64_t training_row) const {
  if (fraction_ == 0) {
    return training_row;
  }
  std::int64_t row = 0;
  for (std::int64_t left = training_row; left > 0 || holds_out(row); ++row) {
    left -= holds_out(row) ? 0 : 1;
  }
  return row;
}

std::pair<RawData, RawData> split_rows(RawData&& raw, const RowSplit& split, Communicator& comm) {
  const std::int64_t total_rows = raw.total_rows;
  std::vector<bool> picked;
  for (std::int64_t row = 0; row < raw.block.rows; ++row) {
    picked.push_back(split.holds_out(raw.block.first_row + row));
  }
  std::pair<RawData, RawData> parts;
  auto& [training, validation] = parts;
  training = std::move(raw);
  training.block.group = {};
  validation.block = take_out_rows(training.block, picked);
  validation.schema = training.schema;
  if (training.features) {
    const auto pick = [&split, all = training.features](bool is_held_out) {
      return std::make_shared<PickedRows>(
          all, [split, is_held_out](std::int64_t row) { return split.holds_out(row) == is_held_out; });
    };
    validation.features = pick(true);
    training.features = pick(false);
  }
  number_parts(training, validation, comm);
  if (training.total_rows == 0 || validation.total_rows == 0) {
    throw Agreed<DataError>(
        fmt::format("a fraction of {} of {} rows for validation{} leaves no row for {}; choose another "
                    "fraction or seed, or name a file of validation rows",
                    split.fraction(), total_rows, split.is_by_groups() ? ", by whole groups," : "",
                    validation.total_rows == 0 ? "validation" : "training"));
  }
  return parts;
}

}  // namespace lockstep
