#include "data/split.h"

#include "base/hash.h"
#include "data/picked_rows.h"
#include "lockstep/base/errors.h"
#include "lockstep/comm/communicator.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
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

bool is_validation_row(std::int64_t global_row, double fraction, std::uint64_t seed) {
  const std::uint64_t hash = hash64(std::as_bytes(std::span(&global_row, 1)), seed);
  return static_cast<double>(hash >> 11) * 0x1p-53 < fraction;
}

std::int64_t row_before_split(std::int64_t training_row, double fraction, std::uint64_t seed) {
  std::int64_t row = 0;
  for (std::int64_t left = training_row; left > 0 || is_validation_row(row, fraction, seed); ++row) {
    left -= is_validation_row(row, fraction, seed) ? 0 : 1;
  }
  return row;
}

std::pair<RawData, RawData> split_rows(RawData&& raw, double fraction, std::uint64_t seed, Communicator& comm) {
  const std::int64_t total_rows = raw.total_rows;
  std::vector<bool> picked;
  for (std::int64_t row = 0; row < raw.block.rows; ++row) {
    picked.push_back(is_validation_row(raw.block.first_row + row, fraction, seed));
  }
  std::pair<RawData, RawData> parts;
  auto& [training, validation] = parts;
  training = std::move(raw);
  validation.block = take_out_rows(training.block, picked);
  validation.schema = training.schema;
  if (training.features) {
    const auto is_held_out = [=](std::int64_t row) { return is_validation_row(row, fraction, seed); };
    validation.features = std::make_shared<PickedRows>(training.features, is_held_out);
    training.features =
        std::make_shared<PickedRows>(training.features, [=](std::int64_t row) { return !is_held_out(row); });
  }
  number_parts(training, validation, comm);
  if (training.total_rows == 0 || validation.total_rows == 0) {
    throw Agreed<DataError>(
        fmt::format("a fraction of {} of {} rows for validation leaves no row for {}; choose another "
                    "fraction or seed, or name a file of validation rows",
                    fraction, total_rows, validation.total_rows == 0 ? "validation" : "training"));
  }
  return parts;
}

}  // namespace lockstep
