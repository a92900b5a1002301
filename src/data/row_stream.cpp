#include "data/row_stream.h"

#include "data/text_error.h"
#include "data/text_number.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace lockstep {

namespace {

/// Values held at most, or not many more.
constexpr std::size_t kValues = std::size_t{1} << 16;
constexpr std::int64_t kRows = std::int64_t{1} << 12;

ReadSettings without_labels(ReadSettings settings) {
  settings.label_kind = LabelKind::none;
  return settings;
}

LabelKind kind_of_labels(const FileOutline& outline, const ReadSettings& settings) {
  return outline.schema.find(ColumnRole::label) == nullptr ? LabelKind::none : settings.label_kind;
}

}  // namespace

RowStream::RowStream(const FileOutline& outline, const ReadSettings& settings, Scalar storage, Drain drain,
                     LabelStream::Recode recode)
    : columns_(outline.schema.columns),
      is_single_(storage == Scalar::float32),
      label_map_(settings.label_map),
      labels_(kind_of_labels(outline, settings), settings.labels_are_numbers, outline.schema.class_names(),
              std::move(recode)),
      rows_in_memory_(outline, without_labels(settings), block_),
      drain_(std::move(drain)) {}

bool RowStream::is_label(Index column) const {
  return columns_[static_cast<std::size_t>(column)].role == ColumnRole::label;
}

void RowStream::check_range(std::span<const double> values) const {
  if (!is_single_) {
    return;
  }
  const auto large =
      std::ranges::find_if(values, [](double value) { return !std::isfinite(static_cast<float>(value)); });
  if (large != values.end()) {
    throw ContentError(0, "value is beyond the range of a float32 (saw '" + shortest(*large) +
                              "'); leave --storage float32 out, or scale the column");
  }
}

void RowStream::number(Index column, double value) {
  if (is_label(column) && !label_map_.is_empty()) {
    labels_.add(label_map_.meant_by(shortest(value)), 0);
  } else if (is_label(column)) {
    labels_.add(value, 0);
  } else {
    rows_in_memory_.number(column, value);
  }
}

void RowStream::text(Index column, std::string_view value) {
  if (is_label(column)) {
    labels_.add(label_map_.meant_by(value), 0);
  } else {
    rows_in_memory_.text(column, value);
  }
}

void RowStream::features(std::span<const double> values) {
  check_range(values);
  rows_in_memory_.features(values);
  if (block_.dense.size() >= 2 * kValues) {  // rows that end together, later
    drain();
  }
}

void RowStream::entries(std::span<const std::int32_t> feature, std::span<const double> value) {
  check_range(value);
  rows_in_memory_.entries(feature, value);
}

void RowStream::end_row() {
  rows_in_memory_.end_row();
  ++rows_;
  if (block_.dense.size() >= kValues || block_.value.size() >= kValues || block_.rows >= kRows) {
    drain();
  }
}

void RowStream::drain() {
  block_.label = labels_.take();
  drain_(block_);
  block_.rows = 0;
  block_.group.clear();
  block_.dense.clear();
  block_.column.clear();
  block_.value.clear();
  block_.row_start.resize(block_.is_dense ? 0 : 1);
  block_.weight.clear();
  block_.offset.clear();
  block_.id.clear();
}

std::vector<std::string> RowStream::finish(const LabelPlace& place, std::vector<std::string>& notices) {
  drain();
  return labels_.finish(place, notices);
}

}  // namespace lockstep
