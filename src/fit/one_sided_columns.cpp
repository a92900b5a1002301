#include "fit/one_sided_columns.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lockstep {

namespace {

/// 1 where some entry of column j in a row of group k is above (below) zero, at j · groups + k.
struct Signs {
  Signs(std::int64_t columns, std::size_t width)
      : groups(width),
        above(static_cast<std::size_t>(columns) * width, 0.0),
        below(static_cast<std::size_t>(columns) * width, 0.0) {}

  void add(std::int64_t column, std::size_t group, double x) {
    const std::size_t at = static_cast<std::size_t>(column) * groups + group;
    above[at] = x > 0 ? 1.0 : above[at];
    below[at] = x < 0 ? 1.0 : below[at];
  }

  std::size_t groups;
  std::vector<double> above;
  std::vector<double> below;
};

Signs signs_of(const RowBlock& block, LabelGroups kind, std::size_t groups) {
  Signs signs(block.features, groups);
  for (std::int64_t row = 0; row < block.rows; ++row) {
    const auto i = static_cast<std::size_t>(row);
    const double label = block.label[i];
    const std::size_t group = kind == LabelGroups::classes ? static_cast<std::size_t>(label) : (label > 0 ? 1 : 0);
    if (!block.weight.empty() && block.weight[i] == 0) {
      continue;
    }
    if (block.is_dense) {
      for (std::int64_t j = 0; j < block.features; ++j) {
        signs.add(j, group, block.dense[static_cast<std::size_t>(row * block.features + j)]);
      }
      continue;
    }
    for (auto k = static_cast<std::size_t>(block.row_start[i]); k < static_cast<std::size_t>(block.row_start[i + 1]);
         ++k) {
      signs.add(block.column[k], group, block.value[k]);
    }
  }
  return signs;
}

/// Does no row's loss rise along the column in favour of group k: no entry below zero in it, none above elsewhere?
bool favours(std::span<const double> own, std::span<const double> others, std::size_t k) {
  for (std::size_t group = 0; group < own.size(); ++group) {
    if (group == k ? own[group] != 0 : others[group] != 0) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::vector<std::int64_t> one_sided_columns(const RowBlock& block, LabelGroups kind, std::size_t groups,
                                            Communicator& comm) {
  Signs signs = signs_of(block, kind, groups);
  all_max(comm, signs.above);
  all_max(comm, signs.below);
  std::vector<std::int64_t> columns;
  for (std::int64_t j = 0; j < block.features; ++j) {
    const std::size_t at = static_cast<std::size_t>(j) * groups;
    const auto above = std::span(signs.above).subspan(at, groups);
    const auto below = std::span(signs.below).subspan(at, groups);
    const auto has_any = [](std::span<const double> marks) {
      return std::ranges::any_of(marks, [](double mark) { return mark != 0; });
    };
    bool is_one_sided = false;
    if (kind == LabelGroups::zero_or_more) {
      is_one_sided = above[1] == 0 && below[1] == 0 && (above[0] == 0 || below[0] == 0);
    } else {
      for (std::size_t k = 0; k < groups && !is_one_sided; ++k) {
        is_one_sided = favours(below, above, k) || favours(above, below, k);
      }
    }
    if (is_one_sided && (has_any(above) || has_any(below))) {
      columns.push_back(j);
    }
  }
  return columns;
}

std::string one_sided_text(const std::vector<std::int64_t>& columns, const std::vector<std::string>& names) {
  constexpr std::size_t kMostNames = 5;
  if (columns.empty()) {
    return {};
  }
  std::vector<std::string> first;
  for (std::size_t i = 0; i < std::min(columns.size(), kMostNames); ++i) {
    first.push_back(names.empty() ? fmt::format("feature {}", columns[i] + 1)
                                  : "'" + names[static_cast<std::size_t>(columns[i])] + "'");
  }
  return fmt::format(
      "no finite optimum: no row's loss rises as the coefficient{} of {}{} grow{} without bound, so {} with every "
      "epoch; use --l2",
      columns.size() == 1 ? "" : "s", fmt::join(first, ", "),
      columns.size() > first.size() ? fmt::format(" and {} more", columns.size() - first.size()) : "",
      columns.size() == 1 ? "s" : "", columns.size() == 1 ? "it does" : "they do");
}

}  // namespace lockstep
