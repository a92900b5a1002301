#include "data/column_entries.h"

#include <array>
#include <bit>

namespace lockstep {

namespace {

/// Columns that a thread takes at a time.
constexpr int kColumns = 4096;
/// Levels of a tree over 64-bit numbers.
constexpr std::size_t kMostLevels = 64;

std::size_t at(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

/// Sums of leaves from left to right, where most leaves are missing: what lies to the left of the newest and is still
/// to be joined with it, each at the node that has both in its halves.
class SparseTreeSum {
 public:
  void push(std::int64_t leaf, double sum) {
    if (depth_ > 0) {
      const auto join = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(last_ ^ leaf)));
      while (depth_ > 1 && join_[depth_ - 2] < join) {
        merge();
      }
      join_[depth_ - 1] = join;
    }
    // −0 becomes 0, as beside a leaf without entries.
    sum_[depth_++] = sum + 0.0;
    last_ = leaf;
  }

  double finish() {
    while (depth_ > 1) {
      merge();
    }
    return depth_ > 0 ? sum_[0] : 0.0;
  }

 private:
  void merge() {
    sum_[depth_ - 2] += sum_[depth_ - 1];
    --depth_;
  }

  std::array<double, kMostLevels + 1> sum_;
  std::array<int, kMostLevels + 1> join_;  // level of the node that joins it with the next one
  std::size_t depth_ = 0;
  std::int64_t last_ = 0;
};

}  // namespace

ColumnEntries::ColumnEntries(const FeatureMatrix& x, const Panels& panels, Run leaves, Index features)
    : features_(features), start_(at(features) + 1), first_leaf_(leaves.begin) {
  Nonzeros<double> rows;
  for (const Rows& panel : panels.panels) {
    x.gather(panel, rows);
    for (const std::int32_t column : rows.column) {
      ++start_[at(column) + 1];
    }
  }
  for (std::size_t j = 0; j < at(features); ++j) {
    start_[j + 1] += start_[j];
  }
  row_.resize(at(start_.back()));
  leaf_.resize(row_.size());
  value_.resize(row_.size());
  std::uint32_t leaf = 0;
  for (const Rows& panel : panels.panels) {
    while (panels.first_of_leaf[leaf + 1] <= panel.panel) {
      ++leaf;
    }
    x.gather(panel, rows);
    for (Index i = 0; i < panel.count; ++i) {
      for (std::int64_t k = rows.start[at(i)]; k < rows.start[at(i) + 1]; ++k) {
        const std::size_t to = at(start_[at(rows.column[at(k)])]++);
        row_[to] = static_cast<std::int32_t>(panel.row(i));
        leaf_[to] = leaf;
        value_[to] = rows.value[at(k)];
      }
    }
  }
  // Each start has moved to the end of its column.
  for (std::size_t j = at(features); j > 0; --j) {
    start_[j] = start_[j - 1];
  }
  start_[0] = 0;
}

void ColumnEntries::sum(Term term, std::span<const double> r, Index outputs, std::span<const TreeNode> nodes,
                        std::span<double* const> sums, int threads) const {
  switch (term) {
    case Term::value:
      return sum_columns<Term::value>(r.data(), outputs, nodes, sums, threads);
    case Term::square:
      return sum_columns<Term::square>(r.data(), outputs, nodes, sums, threads);
    case Term::nonzero:
      return sum_columns<Term::nonzero>(r.data(), outputs, nodes, sums, threads);
  }
}

template <ColumnEntries::Term kTerm>
void ColumnEntries::sum_columns(const double* r, Index outputs, std::span<const TreeNode> nodes,
                                std::span<double* const> sums, int threads) const {
#pragma omp parallel for num_threads(threads) schedule(dynamic, kColumns)
  for (Index j = 0; j < features_; ++j) {
    for (Index k = 0; k < outputs; ++k) {
      std::int64_t entry = start_[at(j)];
      for (std::size_t node = 0; node < nodes.size(); ++node) {
        const std::int64_t end_of_leaves = (nodes[node].index + 1) << nodes[node].level;
        sums[node][k * features_ + j] =
            sum_node<kTerm>(r + k, outputs, end_of_leaves - first_leaf_, entry, start_[at(j) + 1]);
      }
    }
  }
}

/// The entries of one column from `entry` on that lie in leaves before `end_of_leaves` (from 0 at the rank's first);
/// `entry` moves behind them.
template <ColumnEntries::Term kTerm>
double ColumnEntries::sum_node(const double* r, Index outputs, std::int64_t end_of_leaves, std::int64_t& entry,
                               std::int64_t end) const {
  const auto add = [&](std::int64_t k, double& sum) {
    const double x = value_[at(k)];
    if constexpr (kTerm == Term::nonzero) {
      sum += x != 0 ? 1.0 : 0.0;
    } else {
      sum += (kTerm == Term::square ? x * x : x) * r[row_[at(k)] * outputs];
    }
  };
  if (entry == end || leaf_[at(entry)] >= end_of_leaves) {
    return 0;
  }
  SparseTreeSum leaves;
  do {
    const std::int64_t leaf = leaf_[at(entry)];
    double sum = 0;
    do {
      add(entry++, sum);
    } while (entry < end && leaf_[at(entry)] == leaf);
    leaves.push(first_leaf_ + leaf, sum);
  } while (entry < end && leaf_[at(entry)] < end_of_leaves);
  return leaves.finish();
}

void ColumnEntries::scale_columns(std::span<const double> factor, int threads) {
#pragma omp parallel for num_threads(threads) schedule(dynamic, kColumns)
  for (Index j = 0; j < features_; ++j) {
    for (std::int64_t k = start_[at(j)]; k < start_[at(j) + 1]; ++k) {
      value_[at(k)] *= factor[at(j)];
    }
  }
}

bool pays_by_columns(std::int64_t stored_entries, std::int64_t leaves, std::int64_t parameters) {
  return leaves > 1 && stored_entries / leaves < parameters;
}

double column_entries_bytes(double features, double stored_entries) {
  return stored_entries * (sizeof(double) + 2 * sizeof(std::int32_t)) + (features + 1) * sizeof(std::int64_t);
}

}  // namespace lockstep
