#include "fit/one_sided_columns.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lockstep {

namespace {

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

ColumnSigns::ColumnSigns(Index features, LabelGroups kind, std::size_t groups)
    : features_(features),
      kind_(kind),
      groups_(groups),
      above_(static_cast<std::size_t>(features) * groups, 0.0),
      below_(static_cast<std::size_t>(features) * groups, 0.0) {}

void ColumnSigns::mark(std::int64_t column, std::size_t group, double x) {
  const std::size_t at = static_cast<std::size_t>(column) * groups_ + group;
  above_[at] = x > 0 ? 1.0 : above_[at];
  below_[at] = x < 0 ? 1.0 : below_[at];
}

void ColumnSigns::add(const RowBlock& rows) {
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    const auto i = static_cast<std::size_t>(row);
    const double label = rows.label[i];
    const std::size_t group = kind_ == LabelGroups::classes ? static_cast<std::size_t>(label) : (label > 0 ? 1 : 0);
    if (!rows.weight.empty() && rows.weight[i] == 0) {
      continue;
    }
    if (rows.is_dense) {
      for (std::int64_t j = 0; j < features_; ++j) {
        mark(j, group, rows.dense[static_cast<std::size_t>(row * features_ + j)]);
      }
      continue;
    }
    for (auto k = static_cast<std::size_t>(rows.row_start[i]); k < static_cast<std::size_t>(rows.row_start[i + 1]);
         ++k) {
      mark(rows.column[k], group, rows.value[k]);
    }
  }
}

std::vector<std::int64_t> ColumnSigns::one_sided(Communicator& comm) const {
  std::vector<double> all_above = above_;
  std::vector<double> all_below = below_;
  all_max(comm, all_above);
  all_max(comm, all_below);
  std::vector<std::int64_t> columns;
  for (std::int64_t j = 0; j < features_; ++j) {
    const std::size_t at = static_cast<std::size_t>(j) * groups_;
    const auto above = std::span<const double>(all_above).subspan(at, groups_);
    const auto below = std::span<const double>(all_below).subspan(at, groups_);
    const auto has_any = [](std::span<const double> marks) {
      return std::ranges::any_of(marks, [](double mark) { return mark != 0; });
    };
    bool is_one_sided = false;
    if (kind_ == LabelGroups::zero_or_more) {
      is_one_sided = above[1] == 0 && below[1] == 0 && (above[0] == 0 || below[0] == 0);
    } else {
      for (std::size_t k = 0; k < groups_ && !is_one_sided; ++k) {
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
