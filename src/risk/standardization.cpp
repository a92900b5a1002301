#include "risk/standardization.h"

#include "risk/row_reduction.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace lockstep {

namespace {

/// A column whose values differ by less than so many roundings of their mean is constant.
constexpr double kRoundings = 512;

double weight_of(const RowSet& rows, Index row) {
  return rows.weight.empty() ? 1 : rows.weight[static_cast<std::size_t>(row)];
}

/// Σ s x (d), then Σ s.
void add_sums(const RowSet& rows, Index features, Workspace& scratch, double* sums) {
  for (const Rows& panel : rows.pieces) {
    scratch.weight.assign(static_cast<std::size_t>(padded(panel.count)), 0.0);
    for (Index i = 0; i < panel.count; ++i) {
      scratch.weight[static_cast<std::size_t>(i)] = weight_of(rows, panel.row(i));
      sums[features] += scratch.weight[static_cast<std::size_t>(i)];
    }
    rows.x->add_transposed(panel, scratch.weight.data(), sums);
  }
}

/// Σ s (x − mean)² (d), of sparse rows over the entries that are stored, then the Σ s (d) of these.
void add_squares(const RowSet& rows, const std::vector<double>& mean, Workspace& scratch, double* sums) {
  const Index features = std::ssize(mean);
  double* counted = sums + features;
  Nonzeros<double> sparse;
  const auto add = [&](Index j, double x, double s) {
    const double away = x - mean[static_cast<std::size_t>(j)];
    sums[j] += s * away * away;
    counted[j] += s;
  };
  for (const Rows& panel : rows.pieces) {
    if (rows.x->gather(panel, sparse)) {
      for (Index i = 0; i < panel.count; ++i) {
        const double s = weight_of(rows, panel.row(i));
        for (std::int64_t k = sparse.start[static_cast<std::size_t>(i)];
             k < sparse.start[static_cast<std::size_t>(i) + 1]; ++k) {
          add(sparse.column[static_cast<std::size_t>(k)], sparse.value[static_cast<std::size_t>(k)], s);
        }
      }
      continue;
    }
    const Index stride = padded(features);
    scratch.block.resize(static_cast<std::size_t>(panel.count * stride));
    rows.x->gather(panel, scratch.block.data(), stride);
    for (Index i = 0; i < panel.count; ++i) {
      const double s = weight_of(rows, panel.row(i));
      for (Index j = 0; j < features; ++j) {
        add(j, scratch.block[static_cast<std::size_t>(i * stride + j)], s);
      }
    }
  }
}

}  // namespace

ColumnMoments column_moments(const LeafSource& rows, const Execution& execution) {
  const RowFacts& facts = rows.facts();
  const Index d = facts.features;
  RowReduction reduction(facts.partition, execution);
  const auto work = static_cast<double>(facts.stored_entries);
  const auto sums_of = [&](Index payload, const auto& add) {
    const Partial& total = reduction.over_leaves(
        {0, payload, Scalar::float64}, work, [&](std::int64_t leaf, Partial& into, Workspace& scratch) {
          add(rows.read(leaf, scratch.rows), scratch, into.payload<double>().data());
        });
    const auto sums = total.payload<double>();
    return std::vector<double>(sums.begin(), sums.end());
  };
  std::vector<double> sums =
      sums_of(d + 1, [&](const RowSet& set, Workspace& scratch, double* into) { add_sums(set, d, scratch, into); });
  const double weight = sums.back() > 0 ? sums.back() : 1;
  sums.pop_back();
  ColumnMoments moments;
  for (const double sum : sums) {
    moments.mean.push_back(sum / weight);
  }
  sums = sums_of(2 * d, [&](const RowSet& set, Workspace& scratch, double* into) {
    add_squares(set, moments.mean, scratch, into);
  });
  for (Index j = 0; j < d; ++j) {
    const double mean = moments.mean[static_cast<std::size_t>(j)];
    const double rest = std::max(0.0, weight - sums[static_cast<std::size_t>(d + j)]);  // of zeros that are not stored
    const double deviation = std::sqrt((sums[static_cast<std::size_t>(j)] + rest * mean * mean) / weight);
    const double noise = kRoundings * std::numeric_limits<double>::epsilon() * std::abs(mean);
    moments.deviation.push_back(deviation > noise && std::isfinite(deviation) ? deviation : 1);
  }
  return moments;
}

void standardize_columns(Dataset& rows, bool has_intercept, bool maps_steps, const Execution& execution) {
  ColumnMoments moments = column_moments(rows, execution);
  if (!has_intercept) {
    std::ranges::fill(moments.mean, 0.0);
  }
  std::vector<double> factor;
  for (const double deviation : moments.deviation) {
    factor.push_back(1 / deviation);
  }
  rows.deviation = std::move(moments.deviation);
  if (rows.standardize_columns(moments.mean, factor, execution.threads())) {
    rows.column_shift = std::move(moments.mean);
    rows.column_scale = std::move(factor);
  } else if (maps_steps) {
    rows.centre = std::move(moments.mean);
  }
}

void take_columns(const RowFacts& facts, const Model& model, Structure& structure) {
  const bool maps_steps = !facts.centre.empty();
  if (!maps_steps && facts.column_scale.empty()) {
    return;
  }
  const std::vector<double>& centre = maps_steps ? facts.centre : facts.column_shift;
  const Index p = model.dimension();
  structure.scales = Vector::Ones(p);
  if (!centre.empty()) {
    structure.centres = Vector::Zero(p);
    structure.intercepts.assign(static_cast<std::size_t>(p), -1);
  }
  for (Index j = 0; j < p; ++j) {
    const ParameterPlace place = model.place(j);
    if (place.feature < 0) {
      continue;
    }
    const auto feature = static_cast<std::size_t>(place.feature);
    structure.scales[j] = maps_steps ? 1 / facts.deviation[feature] : facts.column_scale[feature];
    if (!centre.empty()) {
      structure.centres[j] = centre[feature];
      structure.intercepts[static_cast<std::size_t>(j)] = model.intercept_beside(j);
    }
  }
}

}  // namespace lockstep
