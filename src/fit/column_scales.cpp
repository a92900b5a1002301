#include "fit/column_scales.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// Beyond this ratio a step that is short enough for the widest column moves the narrowest one hardly at all.
constexpr double kAlike = 1e4;

}  // namespace

void ColumnReaches::add(const RowBlock& rows) {
  for (std::size_t begin = 0; begin < rows.dense.size(); begin += reaches_.size()) {
    for (std::size_t j = 0; j < reaches_.size(); ++j) {
      reaches_[j] = std::max(reaches_[j], std::abs(rows.dense[begin + j]));
    }
  }
  for (std::size_t k = 0; k < rows.value.size(); ++k) {
    double& reach = reaches_[static_cast<std::size_t>(rows.column[k])];
    reach = std::max(reach, std::abs(rows.value[k]));
  }
}

std::vector<double> ColumnReaches::of_all_ranks(Communicator& comm) const {
  std::vector<double> reaches = reaches_;
  all_max(comm, reaches);
  return reaches;
}

std::string unlike_scales(const std::vector<double>& reaches, const std::vector<std::string>& names) {
  std::size_t widest = reaches.size();
  std::size_t narrowest = reaches.size();
  for (std::size_t j = 0; j < reaches.size(); ++j) {
    if (reaches[j] == 0) {
      continue;
    }
    widest = widest == reaches.size() || reaches[j] > reaches[widest] ? j : widest;
    narrowest = narrowest == reaches.size() || reaches[j] < reaches[narrowest] ? j : narrowest;
  }
  if (widest == reaches.size() || !(reaches[widest] / reaches[narrowest] >= kAlike)) {
    return {};
  }
  const auto name = [&](std::size_t j) { return names.empty() ? fmt::format("{}", j + 1) : "'" + names[j] + "'"; };
  return fmt::format(
      "the columns differ in scale by more than 10^4 (column {} reaches {:.3g}, column {} only {:.3g}): one learning "
      "rate does not fit both; scale the columns to alike ranges",
      name(widest), reaches[widest], name(narrowest), reaches[narrowest]);
}

}  // namespace lockstep
