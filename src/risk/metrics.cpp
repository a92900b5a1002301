#include "risk/metrics.h"

#include "model/pass_engine.h"
#include "model/softmax.h"
#include "risk/row_reduction.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lockstep {

namespace {

/// Labels nearer to their mean than this part of it are all the same.
constexpr double kRounding = 16 * std::numeric_limits<double>::epsilon();

using Row = std::span<double>;
using Sums = std::span<double>;

/// Σ over rows of functions of (label, margins, weight), in tree order.
class MetricSums {
 public:
  MetricSums(const Dataset& data, const Margins& margins, const Execution& execution)
      : data_(data),
        margins_(margins),
        outputs_(data.rows > 0 ? margins.size() / static_cast<std::size_t>(data.rows) : 1),
        reduction_(data.partition, execution) {}

  /// `add(y, z, s, sums)` adds the terms of one row with weight, z being its K margins, aligned, with room for
  /// padded(K) and free to overwrite; there are `count` sums. Collective.
  template <typename AddRow>
  std::vector<double> operator()(Index count, AddRow add) {
    const auto add_leaf = [&](std::int64_t leaf, Partial& into, Workspace& scratch) {
      scratch.margin.resize(static_cast<std::size_t>(padded(static_cast<Index>(outputs_))));
      for (const Rows& panel : data_.panels_of_leaf(leaf)) {
        for (Index i = 0; i < panel.count; ++i) {
          const auto row = static_cast<std::size_t>(panel.row(i));
          const double s = data_.weight.empty() ? 1.0 : data_.weight[row];
          if (s == 0) {
            continue;  // whatever overflows in it
          }
          std::copy_n(margins_.data() + row * outputs_, outputs_, scratch.margin.begin());
          add(data_.label[row], Row(scratch.margin.data(), outputs_), s, into.header());
        }
      }
    };
    const auto work = static_cast<double>(margins_.size());
    const Partial& total = reduction_.over_leaves({count, 0, Scalar::float64}, work, add_leaf);
    return {total.header().begin(), total.header().end()};
  }

  double area(Communicator& comm) const { return area_under_curve(margins_, data_.label, data_.weight, comm); }

 private:
  const Dataset& data_;
  const Margins& margins_;
  std::size_t outputs_;
  RowReduction reduction_;
};

Metrics binary_metrics(bool has_probability, MetricSums& sums, Communicator& comm) {
  const auto total = sums(3, [](double y, Row z, double s, Sums into) {
    into[0] += s;
    into[1] += (z[0] > 0) == (y == 1) ? s : 0.0;
    into[2] += s * softplus((1 - 2 * y) * z[0]);
  });
  Metrics metrics = {{"accuracy", total[1] / total[0]}};
  if (has_probability) {
    metrics.emplace_back("log_loss", total[2] / total[0]);
  }
  metrics.emplace_back("auc", sums.area(comm));
  return metrics;
}

Metrics multiclass_metrics(const Dataset& data, const Margins& margins, MetricSums& sums, Communicator& comm) {
  const auto total = sums(3, [](double y, Row z, double s, Sums into) {
    const double margin_of_y = z[static_cast<std::size_t>(y)];
    const RowSoftmax row(z.data(), std::ssize(z), padded(std::ssize(z)));
    into[0] += s;
    into[1] += row.largest == static_cast<Index>(y) ? s : 0.0;
    into[2] += s * row.loss(margin_of_y);
  });
  Metrics metrics = {{"accuracy", total[1] / total[0]}, {"log_loss", total[2] / total[0]}};
  if (data.schema.class_names().size() == 2) {
    std::vector<double> scores;
    for (std::size_t i = 0; i + 1 < margins.size(); i += 2) {
      scores.push_back(margins[i + 1] - margins[i]);
    }
    metrics.emplace_back("auc", area_under_curve(scores, data.label, data.weight, comm));
  }
  return metrics;
}

/// Two passes, so that r2 does not suffer from cancellation where the mean of y is large.
Metrics regression_metrics(MetricSums& sums) {
  const auto first = sums(4, [](double y, Row z, double s, Sums into) {
    into[0] += s;
    into[1] += s * y;
    into[2] += s * (z[0] - y) * (z[0] - y);
    into[3] += s * std::abs(z[0] - y);
  });
  const double mean = first[1] / first[0];
  const auto second = sums(1, [mean](double y, Row, double s, Sums into) { into[0] += s * (y - mean) * (y - mean); });
  const double rounding = kRounding * mean;
  const bool is_constant = second[0] <= rounding * rounding * first[0];
  const double r2 = is_constant ? std::numeric_limits<double>::quiet_NaN() : 1 - first[2] / second[0];
  return {{"mse", first[2] / first[0]}, {"mae", first[3] / first[0]}, {"r2", r2}};
}

/// Of models with a logarithmic link; `deviance(y, z)` of one row.
template <typename Deviance>
Metrics log_link_metrics(MetricSums& sums, Deviance deviance) {
  const auto total = sums(4, [&](double y, Row z, double s, Sums into) {
    const double error = std::exp(z[0]) - y;
    into[0] += s;
    into[1] += s * deviance(y, z[0]);
    into[2] += s * error * error;
    into[3] += s * std::abs(error);
  });
  return {{"deviance", total[1] / total[0]}, {"mse", total[2] / total[0]}, {"mae", total[3] / total[0]}};
}

}  // namespace

Margins compute_margins(const LeafSource& rows, const Model& model, const Vector& w, const Execution& execution) {
  Margins margins(static_cast<std::size_t>(rows.facts().rows * model.outputs()));
  KernelParameters prepared;
  model.prepare(w, prepared);
  Pass pass;
  pass.w = &prepared;
  pass.keep = margins;
  ThreadedEngine(model, rows.facts(), execution.threads()).run(pass, rows, rows.facts().leaves);
  return margins;
}

Metrics evaluate_metrics(const Dataset& data, const Margins& margins, Task task, const Execution& execution) {
  MetricSums sums(data, margins, execution);
  switch (task) {
    case Task::regression:
      return regression_metrics(sums);
    case Task::counts:
      return log_link_metrics(
          sums, [](double y, double z) { return 2 * ((y > 0 ? y * (std::log(y) - z) : 0.0) - y + std::exp(z)); });
    case Task::positives:
      return log_link_metrics(sums, [](double y, double z) { return 2 * (z - std::log(y) + y * std::exp(-z) - 1); });
    case Task::binary_score:
      return binary_metrics(false, sums, execution.comm());
    case Task::binary:
      return binary_metrics(true, sums, execution.comm());
    case Task::multiclass:
      break;
  }
  return multiclass_metrics(data, margins, sums, execution.comm());
}

}  // namespace lockstep
