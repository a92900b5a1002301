#include "data/row_encoder.h"

#include <algorithm>
#include <cmath>

namespace lockstep {

RowEncoder::RowEncoder(const Schema& schema) : is_plain_(schema.is_plain()) {
  Index most_entries = 0;
  for (const Index place : schema.inputs()) {
    columns_.push_back(schema.columns[static_cast<std::size_t>(place)]);
    most_entries += columns_.back().marks_missing ? 2 : 1;
  }
  if (!schema.formula.empty()) {
    design_.emplace(schema);
    most_entries = design_->most_entries();
  }
  const Index features = design_ ? design_->columns() : schema.features();
  is_dense_ = 2 * most_entries >= features;
  most_values_ = is_dense_ ? features : most_entries;
}

void RowEncoder::push(std::span<const double> inputs, RowSink& sink) {
  if (is_plain_) {
    if (std::ranges::any_of(inputs, [](double value) { return std::isnan(value); })) {
      row_.assign(inputs.begin(), inputs.end());
      for (std::size_t k = 0; k < row_.size(); ++k) {
        row_[k] = std::isnan(row_[k]) ? columns_[k].fill : row_[k];
      }
      inputs = row_;
    }
    sink.features(inputs);
    return;
  }
  if (design_) {
    push_coded(inputs, sink);
    return;
  }
  const Column& last = columns_.back();
  row_.assign(is_dense_ ? static_cast<std::size_t>(last.feature + last.width) : 0, 0.0);
  entry_.clear();
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const Column& column = columns_[k];
    const bool is_missing = std::isnan(inputs[k]);
    const bool is_marked = is_missing && column.marks_missing;
    if (column.kind != ColumnKind::category) {
      put(column.feature, is_missing ? column.fill : inputs[k]);
    } else if (!is_marked) {
      const auto code = static_cast<Index>(is_missing ? column.fill : inputs[k]);
      const Index place = code < 0 ? -1 : column.place_of_level(code);
      if (place >= 0) {
        put(column.feature + place, 1);
      }
    }
    if (is_marked) {
      put(column.feature + column.width - 1, 1);
    }
  }
  if (is_dense_) {
    sink.features(row_);
  } else {
    sink.entries(entry_, row_);
  }
}

void RowEncoder::push_coded(std::span<const double> inputs, RowSink& sink) {
  filled_.assign(inputs.begin(), inputs.end());
  for (std::size_t k = 0; k < filled_.size(); ++k) {
    filled_[k] = std::isnan(filled_[k]) ? columns_[k].fill : filled_[k];
  }
  entry_.clear();
  coded_.clear();
  design_->encode(filled_, entry_, coded_);
  if (!is_dense_) {
    sink.entries(entry_, coded_);
    return;
  }
  row_.assign(static_cast<std::size_t>(design_->columns()), 0.0);
  for (std::size_t i = 0; i < entry_.size(); ++i) {
    row_[static_cast<std::size_t>(entry_[i])] = coded_[i];
  }
  sink.features(row_);
}

void RowEncoder::put(Index feature, double value) {
  if (is_dense_) {
    row_[static_cast<std::size_t>(feature)] = value;
  } else if (value != 0) {
    entry_.push_back(static_cast<std::int32_t>(feature));
    row_.push_back(value);
  }
}

}  // namespace lockstep
