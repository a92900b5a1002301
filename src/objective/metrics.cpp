#include "lockstep/objective/metrics.h"

#include "lockstep/objective/row_reduction.h"

#include <cmath>

namespace lockstep {

namespace {

/// Σ over rows of functions of (label, margin, weight), in tree order.
class MetricSums {
 public:
  MetricSums(const Dataset& data, const Margins& margins, int threads, Communicator& comm)
      : data_(data), margins_(margins), reduction_(data, threads, comm) {}

  /// `add(y, z, s, sums)` adds one row's terms; there are `count` sums.
  template <typename AddRow>
  std::vector<double> operator()(Index count, AddRow add) {
    const Partial& total =
        reduction_.over_leaves({count, 0, Scalar::float64}, {}, [&](std::int64_t leaf, Partial& into, Workspace&) {
          for (const Rows& panel : data_.panels_of_leaf(leaf)) {
            for (Index i = 0; i < panel.count; ++i) {
              const auto row = static_cast<std::size_t>(panel.row(i));
              add(data_.label[row], margins_[row], data_.weight.empty() ? 1.0 : data_.weight[row], into.header());
            }
          }
        });
    return {total.header().begin(), total.header().end()};
  }

 private:
  const Dataset& data_;
  const Margins& margins_;
  RowReduction reduction_;
};

Metrics classifier_metrics(const Dataset& data, const Margins& margins, MetricSums& sums, Communicator& comm) {
  const auto total = sums(3, [](double y, double z, double s, std::span<double> into) {
    const double u = (1 - 2 * y) * z;
    into[0] += s;
    into[1] += (z > 0) == (y == 1) ? s : 0.0;
    into[2] += s * (std::max(u, 0.0) + std::log1p(std::exp(-std::abs(u))));
  });
  return {{"accuracy", total[1] / total[0]},
          {"log_loss", total[2] / total[0]},
          {"auc", area_under_curve(margins, data.label, data.weight, comm)}};
}

/// Two passes, so that r2 does not suffer from cancellation where the mean of y is large.
Metrics regression_metrics(MetricSums& sums) {
  const auto first = sums(4, [](double y, double z, double s, std::span<double> into) {
    into[0] += s;
    into[1] += s * y;
    into[2] += s * (z - y) * (z - y);
    into[3] += s * std::abs(z - y);
  });
  const double mean = first[1] / first[0];
  const auto second =
      sums(1, [mean](double y, double, double s, std::span<double> into) { into[0] += s * (y - mean) * (y - mean); });
  return {{"mse", first[2] / first[0]}, {"mae", first[3] / first[0]}, {"r2", 1 - first[2] / second[0]}};
}

}  // namespace

Margins compute_margins(const Dataset& data, const Model& model, const Vector& w, int threads) {
  Margins margins(static_cast<std::size_t>(data.rows * model.outputs()));
  KernelParameters prepared;
  model.prepare(w, prepared);
  LeafSummer summer(threads);
  summer.sum(data.leaves, model.shape(Order::value), [&](std::int64_t leaf, Partial& into, Workspace& scratch) {
    model.add_rows(data, data.panels_of_leaf(leaf), prepared, Order::value, into, scratch, &margins);
  });
  return margins;
}

Metrics evaluate_metrics(const Dataset& data, const Margins& margins, int threads, Communicator& comm) {
  MetricSums sums(data, margins, threads, comm);
  return data.class_names.empty() ? regression_metrics(sums) : classifier_metrics(data, margins, sums, comm);
}

}  // namespace lockstep
