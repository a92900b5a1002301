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

std::vector<double> column_reaches(const RowBlock& block, Communicator& comm) {
  std::vector<double> reaches(static_cast<std::size_t>(block.features), 0.0);
  const auto widen = [&](std::size_t column, double value) {
    reaches[column] = std::max(reaches[column], std::abs(value));
  };
  for (std::size_t i = 0; i < block.dense.size(); ++i) {
    widen(i % reaches.size(), block.dense[i]);
  }
  for (std::size_t i = 0; i < block.value.size(); ++i) {
    widen(static_cast<std::size_t>(block.column[i]), block.value[i]);
  }
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
