/// | symbol | meaning                                | shape |
/// | s      | Σ_i x_ij², in the tree of the leaves   | d     |
/// | m      | number of rows with x_ij ≠ 0           | d     |
/// | e      | exponents, scale_j = 2^e_j             | d     |
#include "risk/column_scaling.h"

#include "risk/row_reduction.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace lockstep {

namespace {

/// Squares of columns below about 1e-150 and above 1e150 may leave the range of numbers: such columns are first brought
/// nearer by this power of two. 2^1024 down and 2^-1074 up have squares in range then, even 2^40 of them.
constexpr int kRescue = 560;
constexpr double kLeastSquares = 0x1p-900;
constexpr int kMostExponent = 1000;
/// Part of the rows in which a rare column is not zero.
constexpr double kRare = 0.05;

/// Of this rank's rows, node by node.
NodeStack sums_by_columns(const Dataset& data, const PartialShape& shape, int threads) {
  NodeStack sums;
  sums.reset(shape);
  const std::vector<TreeNode> nodes = aligned_nodes(data.leaves);
  std::vector<double*> squares;
  std::vector<double*> counts;
  for (const TreeNode& node : nodes) {
    sums.open(node);
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    squares.push_back(sums.partial(i).payload<double>().data());
    counts.push_back(squares.back() + data.features);
  }
  const std::vector<double> ones(static_cast<std::size_t>(data.rows), 1.0);
  data.by_column->sum(ColumnEntries::Term::square, ones, 1, nodes, squares, threads);
  data.by_column->sum(ColumnEntries::Term::nonzero, ones, 1, nodes, counts, threads);
  return sums;
}

/// s, then m: 2 d numbers.
std::vector<double> column_sums(const Dataset& data, const Execution& execution) {
  const PartialShape shape{0, 2 * data.features, Scalar::float64};
  RowReduction reduction(data.partition, execution);
  if (data.by_column) {
    NodeStack mine = sums_by_columns(data, shape, execution.threads());
    const auto payload = reduction.reduce_leaves({}, mine).payload<double>();
    return {payload.begin(), payload.end()};
  }
  data.read_ahead(reduction.own_leaves());
  const Partial& total = reduction.over_leaves(
      shape, static_cast<double>(data.stored_entries), [&](std::int64_t leaf, Partial& into, Workspace& scratch) {
        const RowSet set = data.read(leaf, scratch.rows);
        for (const Rows& panel : set.pieces) {
          scratch.weight.assign(static_cast<std::size_t>(panel.count), 1.0);
          scratch.weight.resize(static_cast<std::size_t>(padded(panel.count)), 0.0);
          double* sums = into.payload<double>().data();
          set.x->add_squared_transposed(panel, scratch.weight.data(), sums);
          set.x->add_nonzeros(panel, sums + data.features);
        }
      });
  const auto payload = total.payload<double>();
  return {payload.begin(), payload.end()};
}

/// Entries of the local rows by column.
template <typename Visit>
void visit_entries(const Dataset& data, Visit visit) {
  const Index stride = padded(data.features);
  AlignedVector<double> dense;
  Nonzeros<double> sparse;
  const auto visit_panel = [&](const FeatureMatrix& x, const Rows& panel) {
    if (x.gather(panel, sparse)) {
      for (std::size_t k = 0; k < sparse.value.size(); ++k) {
        visit(static_cast<Index>(sparse.column[k]), sparse.value[k]);
      }
      return;
    }
    dense.resize(static_cast<std::size_t>(panel.count * stride));
    x.gather(panel, dense.data(), stride);
    for (Index i = 0; i < panel.count; ++i) {
      for (Index j = 0; j < data.features; ++j) {
        visit(j, dense[static_cast<std::size_t>(i * stride + j)]);
      }
    }
  };
  RowBuffer buffer;
  data.read_ahead(data.leaves);
  for (std::int64_t leaf = data.leaves.begin; leaf < data.leaves.end; ++leaf) {
    const RowSet set = data.read(leaf, buffer);
    for (const Rows& panel : set.pieces) {
      visit_panel(*set.x, panel);
    }
  }
}

/// Of the columns whose squares overflow, those that also have entries 10^100 times smaller (2^−350 once brought
/// nearer): they hold an odd value, not an odd unit, and a scale would only hide it.
void keep_odd_values(const Dataset& data, std::vector<int>& rescue, Communicator& comm) {
  constexpr double kOdd = 0x1p-350;
  std::vector<double> has_small(rescue.size(), 0.0);
  visit_entries(data, [&](Index j, double x) {
    if (x != 0 && std::abs(x) < kOdd) {
      has_small[static_cast<std::size_t>(j)] = 1;
    }
  });
  all_max(comm, has_small);
  for (std::size_t j = 0; j < rescue.size(); ++j) {
    rescue[j] = rescue[j] < 0 && has_small[j] != 0 ? 0 : rescue[j];
  }
}

std::vector<double> powers_of_two(const std::vector<int>& exponent) {
  std::vector<double> factor;
  for (const int e : exponent) {
    factor.push_back(std::ldexp(1.0, e));
  }
  return factor;
}

/// −log₂ √(mean square + l2), rounded; the mean square is that of a column scaled by 2^rescue.
int exponent_of(double mean_square, int rescue, double l2) {
  const auto half = [](int e) { return static_cast<int>(std::floor(0.5 * (e + 1))); };
  const double whole = mean_square + std::ldexp(l2, 2 * rescue);
  const int exponent = std::isinf(whole) ? -half(std::ilogb(l2)) : rescue - half(std::ilogb(whole));
  return std::clamp(exponent, -kMostExponent, kMostExponent);
}

/// Rare columns of one order of size take one exponent, their median. `rare`: their numbers.
void level(const std::vector<std::size_t>& rare, std::vector<int>& exponent) {
  constexpr int kOneOrder = 4;  // factors of 16 either way
  if (rare.empty()) {
    return;
  }
  std::vector<int> sorted;
  for (const std::size_t j : rare) {
    sorted.push_back(exponent[j]);
  }
  const auto middle = sorted.begin() + std::ssize(sorted) / 2;
  std::ranges::nth_element(sorted, middle);
  const int median = *middle;
  for (const std::size_t j : rare) {
    exponent[j] = std::abs(exponent[j] - median) <= kOneOrder ? median : exponent[j];
  }
}

}  // namespace

void scale_columns(Dataset& data, double l2, const Execution& execution) {
  const auto d = static_cast<std::size_t>(data.features);
  std::vector<int> rescue(d, 0);
  std::vector<double> sums = column_sums(data, execution);
  for (std::size_t j = 0; j < d; ++j) {
    const bool is_empty = sums[d + j] == 0;
    rescue[j] = !std::isfinite(sums[j]) ? -kRescue : (sums[j] < kLeastSquares && !is_empty ? kRescue : 0);
  }
  if (std::ranges::any_of(rescue, [](int e) { return e != 0; })) {
    data.scale_columns(powers_of_two(rescue), execution.threads());
    sums = column_sums(data, execution);
  }
  const std::vector<int> done = rescue;
  if (std::ranges::any_of(rescue, [](int e) { return e < 0; })) {
    keep_odd_values(data, rescue, execution.comm());
  }
  std::vector<int> exponent(d, 0);  // of the scale
  std::vector<std::size_t> rare;
  for (std::size_t j = 0; j < d; ++j) {
    if (sums[j] > 0 && rescue[j] == done[j]) {
      const double deviation = data.deviation.empty() ? 1 : data.deviation[j];
      exponent[j] = exponent_of(sums[j] / sums[d + j], rescue[j], l2 * deviation * deviation);
      if (sums[d + j] < kRare * static_cast<double>(data.partition.rows)) {
        rare.push_back(j);
      }
    }
  }
  level(rare, exponent);
  std::vector<int> rest(d, 0);  // what is still to be done
  for (std::size_t j = 0; j < d; ++j) {
    rest[j] = exponent[j] - done[j];
  }
  if (std::ranges::any_of(rest, [](int e) { return e != 0; })) {
    data.scale_columns(powers_of_two(rest), execution.threads());
  }
  if (std::ranges::any_of(exponent, [](int e) { return e != 0; })) {
    data.column_scale = powers_of_two(exponent);
  }
}

}  // namespace lockstep
