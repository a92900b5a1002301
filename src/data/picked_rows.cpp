#include "data/picked_rows.h"

#include <utility>

namespace lockstep {

namespace {

constexpr std::int64_t kStride = 1024;

}  // namespace

PickedRows::PickedRows(std::shared_ptr<const FeatureRows> all, std::function<bool(std::int64_t row)> is_picked)
    : all_(std::move(all)), is_picked_(std::move(is_picked)) {
  for (std::int64_t row = 0; row < all_->rows(); ++row) {
    if (is_picked_(row)) {
      if (rows_ % kStride == 0) {
        row_of_.push_back(row);
      }
      ++rows_;
    }
  }
}

void PickedRows::append_file_rows(Run rows, std::vector<Run>& to) const {
  if (rows.empty()) {
    return;
  }
  std::int64_t picked = rows.begin / kStride * kStride;
  for (std::int64_t row = row_of_[static_cast<std::size_t>(rows.begin / kStride)]; picked < rows.end; ++row) {
    if (!is_picked_(row)) {
      continue;
    }
    if (picked >= rows.begin) {
      if (!to.empty() && to.back().end == row) {
        ++to.back().end;
      } else {
        to.push_back({row, row + 1});
      }
    }
    ++picked;
  }
}

void PickedRows::read(std::span<const Run> runs, RowBlock& block) const {
  std::vector<Run> file_rows;
  for (const Run& rows : runs) {
    append_file_rows(rows, file_rows);
  }
  all_->read(file_rows, block);
}

}  // namespace lockstep
