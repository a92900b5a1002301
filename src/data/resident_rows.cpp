#include "data/resident_rows.h"

#include "base/hash.h"
#include "data/reader_common.h"
#include "data/text_number.h"

#include <cmath>
#include <span>
#include <utility>

namespace lockstep {

namespace {

/// How labels are understood where the file has any.
LabelKind kind_of_labels(const FileOutline& outline, const ReadSettings& settings) {
  return outline.schema.find(ColumnRole::label) == nullptr ? LabelKind::none : settings.label_kind;
}

/// Foresees the rows of a text from those in its head.
void foresee_rows(const FileOutline& outline, RawData& data) {
  data.rows_in_file = outline.rows_in_file < 0 ? data.total_rows : outline.rows_in_file;
  if (outline.whole_over_read > 0) {
    data.rows_in_file = std::llround(outline.whole_over_read * static_cast<double>(data.total_rows));
    data.is_rows_in_file_exact = false;
  }
}

}  // namespace

ResidentRows::ResidentRows(const FileOutline& outline, const ReadSettings& settings, RowBlock& block)
    : columns_(outline.schema.columns),
      label_kind_(kind_of_labels(outline, settings)),
      has_offset_(outline.schema.find(ColumnRole::offset) != nullptr ||
                  outline.schema.find(ColumnRole::exposure) != nullptr),
      label_map_(settings.label_map),
      labels_(label_kind_, settings.expected.class_names(), settings.labels_are_numbers),
      block_(block) {
  labels_.declare(outline.schema.class_names());
  block_.is_dense = outline.is_dense;
  block_.features = outline.schema.features();
  if (!block_.is_dense) {
    block_.row_start.push_back(0);
  }
}

void ResidentRows::reserve(Index rows, Index values) {
  if (label_kind_ != LabelKind::none) {
    labels_.reserve(rows);
  }
  if (block_.is_dense) {
    block_.dense.reserve(static_cast<std::size_t>(values));
    return;
  }
  block_.row_start.reserve(static_cast<std::size_t>(rows) + 1);
  block_.column.reserve(static_cast<std::size_t>(values));
  block_.value.reserve(static_cast<std::size_t>(values));
}

void ResidentRows::number(Index column, double value) {
  const Column& one = columns_[static_cast<std::size_t>(column)];
  switch (one.role) {
    case ColumnRole::feature:
      if (block_.is_dense) {
        row_.resize(static_cast<std::size_t>(block_.features));
        row_[static_cast<std::size_t>(one.feature)] = value;
        has_row_ = true;
      } else if (value != 0) {
        block_.column.push_back(static_cast<std::int32_t>(one.feature));
        block_.value.push_back(value);
      }
      break;
    case ColumnRole::label:
      add_label(value);
      break;
    case ColumnRole::weight:
      check_weight(value, 0);
      block_.weight.push_back(value);
      break;
    case ColumnRole::offset:
      offset_ += value;
      break;
    case ColumnRole::exposure:
      offset_ += offset_of_exposure(value, 0);
      break;
    case ColumnRole::id:
    case ColumnRole::group:
    case ColumnRole::ignored:
      break;
  }
}

void ResidentRows::add_label(double value) {
  if (label_map_.is_empty()) {
    labels_.add(value, 0);
  } else {
    labels_.add(label_map_.meant_by(shortest(value)), 0);
  }
}

void ResidentRows::text(Index column, std::string_view value) {
  const ColumnRole role = columns_[static_cast<std::size_t>(column)].role;
  if (role == ColumnRole::label) {
    labels_.add(label_map_.meant_by(value), 0);
  } else if (role == ColumnRole::id) {
    block_.id.emplace_back(value);
  } else if (role == ColumnRole::group) {
    block_.group.push_back(hash64(std::as_bytes(std::span(value))));
  }
}

void ResidentRows::features(std::span<const double> values) {
  block_.dense.insert(block_.dense.end(), values.begin(), values.end());
}

void ResidentRows::entries(std::span<const std::int32_t> feature, std::span<const double> value) {
  block_.column.insert(block_.column.end(), feature.begin(), feature.end());
  block_.value.insert(block_.value.end(), value.begin(), value.end());
}

void ResidentRows::end_row() {
  if (has_row_) {
    features(row_);
    has_row_ = false;
  }
  if (!block_.is_dense) {
    block_.row_start.push_back(std::ssize(block_.column));
  }
  if (has_offset_) {
    block_.offset.push_back(offset_);
    offset_ = 0;
  }
  ++block_.rows;
}

std::vector<std::string> ResidentRows::finish_labels(Communicator& comm, const LabelPlace& place,
                                                     std::vector<std::string>& notices) {
  return labels_.finish(comm, place, block_.label, notices);
}

RawData collect(FileReader& reader, const ReadSettings& settings, Communicator& comm) {
  const FileOutline& outline = reader.outline();
  const LabelPlace& place = outline.label_place;
  RawData data;
  data.notices = outline.notices;
  with_notices(data.notices, [&] {
    ResidentRows rows(outline, settings, data.block);
    reader.read(rows, comm);
    data.notices = outline.notices;
    if ((data.features = reader.features())) {
      data.block.row_start = {};
    }
    data.block.features = outline.schema.features();
    data.schema = outline.schema;
    data.reader_bytes = outline.reader_bytes;
    data.has_any_row = outline.has_any_row;
    number_rows(comm, settings, data);
    foresee_rows(outline, data);
    const bool is_named = data.schema.is_table && !place.column.empty();
    data.label_place = is_named ? ' ' + place.column + place.guess : "";
    std::vector<std::string> classes = rows.finish_labels(comm, place, data.notices);
    if (data.schema.find(ColumnRole::label) != nullptr) {
      data.schema.set_class_names(std::move(classes));
    }
  });
  return data;
}

}  // namespace lockstep
