#include "data/array_features.h"

#include "data/text_number.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// Without a branch, so that it takes no longer than reading the numbers from memory.
bool are_finite(std::span<const double> values) {
  constexpr std::uint64_t kExponent = 0x7ff0'0000'0000'0000;
  std::uint64_t odd = 0;
  for (const double value : values) {
    odd |= (std::bit_cast<std::uint64_t>(value) & kExponent) == kExponent ? 1 : 0;
  }
  return odd == 0;
}

}  // namespace

ArrayFeatures::ArrayFeatures(std::shared_ptr<ArrayFile> input, const ArrayLayout& layout)
    : input_(std::move(input)),
      rows_(layout.rows),
      columns_(layout.columns),
      features_(layout.features),
      feature_of_column_(layout.feature_of_column),
      is_sparse_(layout.is_sparse) {
  const auto numbers = [&](const std::string& name) { return Numbers{name, input_->extents(name)}; };
  if (!is_sparse_) {
    values_ = numbers(layout.x);
    return;
  }
  values_ = numbers(layout.x + "/data");
  indices_ = numbers(layout.x + "/indices");
  starts_ = numbers(layout.x + "/indptr");
  stored_ = input_->shape(values_.name)[0];
}

double ArrayFeatures::entries() const {
  return is_sparse_ ? static_cast<double>(stored_) / static_cast<double>(std::max<std::int64_t>(1, rows_))
                    : static_cast<double>(columns_);
}

std::int64_t ArrayFeatures::cache_bytes() const {
  std::int64_t bytes = 0;
  for (const Numbers* numbers : {&values_, &indices_, &starts_}) {
    bytes += numbers->name.empty() || numbers->extents ? 0 : input_->cache_bytes(numbers->name);
  }
  const double all = static_cast<double>(rows_) * entries() * sizeof(double);
  return std::min<std::int64_t>(bytes, std::llround(all));
}

template <typename Value>
void ArrayFeatures::read(const Numbers& numbers, Run rows, std::span<Value> out) const {
  if (numbers.extents) {
    numbers.extents->read_rows(rows.begin, rows.size(), out);
  } else {
    input_->read_rows(numbers.name, rows.begin, rows.size(), out);
  }
}

void ArrayFeatures::read(std::span<const Run> runs, RowBlock& block) const {
  block.first_row = runs.empty() ? 0 : runs.front().begin;
  block.rows = 0;
  for (const Run& rows : runs) {
    block.rows += rows.size();
  }
  block.features = features_;
  block.is_dense = !is_sparse_;
  if (!is_sparse_) {
    block.dense.resize(static_cast<std::size_t>(block.rows * features_));
    std::size_t done = 0;
    for (const Run& rows : runs) {
      const auto size = static_cast<std::size_t>(rows.size() * features_);
      read_dense(rows, std::span(block.dense).subspan(done, size));
      done += size;
    }
    return;
  }
  block.row_start.assign(1, 0);
  block.column.clear();
  block.value.clear();
  for (const Run& rows : runs) {
    append_sparse(rows, block);
  }
}

void ArrayFeatures::read_dense(Run rows, std::span<double> out) const {
  std::vector<double> all;
  std::span<double> values = out;
  if (!feature_of_column_.empty()) {
    all.resize(static_cast<std::size_t>(rows.size() * columns_));
    values = all;
  }
  read(values_, rows, values);
  if (feature_of_column_.empty() && are_finite(values)) {
    return;
  }
  for (std::int64_t row = rows.begin; row < rows.end; ++row) {
    const double* from = values.data() + (row - rows.begin) * columns_;
    for (std::int64_t column = 0; column < columns_; ++column) {
      const std::int64_t feature = feature_of(column);
      if (feature < 0) {
        continue;
      }
      if (!std::isfinite(from[column])) {
        refuse(values_.name, row, column, "value is not finite (saw '" + shortest(from[column]) + "')");
      }
      out[static_cast<std::size_t>((row - rows.begin) * features_ + feature)] = from[column];
    }
  }
}

/// Where the numbers of each row begin, and the end.
std::vector<std::int64_t> ArrayFeatures::row_starts(Run rows) const {
  std::vector<std::int64_t> start(static_cast<std::size_t>(rows.size()) + 1);
  read(starts_, {rows.begin, rows.end + 1}, std::span(start));
  for (std::size_t i = 0; i < start.size(); ++i) {
    const std::int64_t least = i == 0 ? 0 : start[i - 1];
    if (start[i] < least || start[i] > stored_) {
      throw DataError(fmt::format("{}: number {} is not between the one before it and the {} values (saw {})",
                                  input_->place(starts_.name), rows.begin + static_cast<std::int64_t>(i) + 1, stored_,
                                  start[i]));
    }
  }
  return start;
}

void ArrayFeatures::append_sparse(Run rows, RowBlock& block) const {
  if (rows.empty()) {
    return;
  }
  const std::vector<std::int64_t> start = row_starts(rows);
  const Run stored = {start.front(), start.back()};
  std::vector<std::int64_t> column(static_cast<std::size_t>(stored.size()));
  std::vector<double> value(column.size());
  read(indices_, stored, std::span(column));
  read(values_, stored, std::span(value));
  for (std::size_t i = 0; i + 1 < start.size(); ++i) {
    const auto begin = static_cast<std::size_t>(start[i] - stored.begin);
    const auto count = static_cast<std::size_t>(start[i + 1] - start[i]);
    append_row(rows.begin + static_cast<std::int64_t>(i), std::span(column).subspan(begin, count),
               std::span(value).subspan(begin, count), block);
    block.row_start.push_back(std::ssize(block.column));
  }
}

/// Zeros are left out; columns are brought into order.
void ArrayFeatures::append_row(std::int64_t row, std::span<const std::int64_t> column, std::span<const double> value,
                               RowBlock& block) const {
  const std::size_t first = block.column.size();
  bool is_ascending = true;
  for (std::size_t k = 0; k < column.size(); ++k) {
    if (column[k] < 0 || column[k] >= columns_) {
      refuse(indices_.name, row, -1, fmt::format("column {} of a matrix of {} (counted from 0)", column[k], columns_));
    }
    const std::int64_t feature = feature_of(column[k]);
    if (feature < 0) {
      continue;
    }
    if (!std::isfinite(value[k])) {
      refuse(values_.name, row, column[k], "value is not finite (saw '" + shortest(value[k]) + "')");
    }
    if (value[k] != 0) {
      is_ascending &= block.column.size() == first || block.column.back() < feature;
      block.column.push_back(static_cast<std::int32_t>(feature));
      block.value.push_back(value[k]);
    }
  }
  if (is_ascending) {
    return;
  }
  std::vector<std::pair<std::int32_t, double>> sorted;
  for (std::size_t k = first; k < block.column.size(); ++k) {
    sorted.emplace_back(block.column[k], block.value[k]);
  }
  std::ranges::sort(sorted);
  const auto twice = std::ranges::adjacent_find(sorted, {}, &std::pair<std::int32_t, double>::first);
  if (twice != sorted.end()) {
    refuse(indices_.name, row, -1, "a column stands twice; add such values up with sum_duplicates() of SciPy");
  }
  for (std::size_t k = 0; k < sorted.size(); ++k) {
    std::tie(block.column[first + k], block.value[first + k]) = sorted[k];
  }
}

void ArrayFeatures::refuse(const std::string& object, std::int64_t row, std::int64_t column,
                           const std::string& what) const {
  throw BadRow(row, fmt::format("{}: row {}{}: {}", input_->place(object), row + 1,
                                column < 0 ? "" : fmt::format(", column {}", column + 1), what));
}

}  // namespace lockstep
