#include "data/part_rows.h"

namespace lockstep {

void PartRows::clear() {
  calls_.clear();
  numbers_.clear();
  columns_.clear();
  texts_.clear();
  rows_ = 0;
  values_ = 0;
  replayed_ = 0;
}

void PartRows::reserve(Index, Index values) {
  numbers_.reserve(static_cast<std::size_t>(values));
}

void PartRows::number(Index column, double value) {
  calls_.push_back({Kind::number, static_cast<std::int32_t>(column), 1});
  numbers_.push_back(value);
}

void PartRows::text(Index column, std::string_view value) {
  calls_.push_back({Kind::text, static_cast<std::int32_t>(column), static_cast<std::uint32_t>(value.size())});
  texts_ += value;
}

void PartRows::features(std::span<const double> values) {
  calls_.push_back({Kind::features, 0, static_cast<std::uint32_t>(values.size())});
  numbers_.insert(numbers_.end(), values.begin(), values.end());
  values_ += std::ssize(values);
}

void PartRows::entries(std::span<const std::int32_t> feature, std::span<const double> value) {
  calls_.push_back({Kind::entries, 0, static_cast<std::uint32_t>(value.size())});
  columns_.insert(columns_.end(), feature.begin(), feature.end());
  numbers_.insert(numbers_.end(), value.begin(), value.end());
  values_ += std::ssize(value);
}

void PartRows::end_row() {
  calls_.push_back({Kind::end_row, 0, 0});
  ++rows_;
}

void PartRows::replay(RowSink& sink) {
  const double* number = numbers_.data();
  const std::int32_t* column = columns_.data();
  const char* text = texts_.data();
  for (const Call& call : calls_) {
    const std::size_t size = call.size;
    switch (call.kind) {
      case Kind::number:
        sink.number(call.column, *number++);
        break;
      case Kind::text:
        sink.text(call.column, {text, size});
        text += size;
        break;
      case Kind::features:
        sink.features({number, size});
        number += size;
        break;
      case Kind::entries:
        sink.entries({column, size}, {number, size});
        column += size;
        number += size;
        break;
      case Kind::end_row:
        sink.end_row();
        ++replayed_;
        break;
    }
  }
}

void OneRow::number(Index column, double value) {
  if (at_ == row_) {
    sink_.number(column, value);
  }
}

void OneRow::text(Index column, std::string_view value) {
  if (at_ == row_) {
    sink_.text(column, value);
  }
}

void OneRow::features(std::span<const double> values) {
  if (at_ == row_) {
    sink_.features(values);
  }
}

void OneRow::entries(std::span<const std::int32_t> feature, std::span<const double> value) {
  if (at_ == row_) {
    sink_.entries(feature, value);
  }
}

void OneRow::end_row() {
  if (at_ == row_) {
    sink_.end_row();
  }
  ++at_;
}

}  // namespace lockstep
