// A loss of one's own, registered and fitted on all ranks:  mpirun -n 3 own_loss
// ℓ(y, z) = log cosh(z − y): smooth, and linear far out.
#include <cmath>
#include <cstdio>

#include <lockstep/comm/mpi_communicator.h>
#include <lockstep/fit/fit.h>

using namespace lockstep;

struct LogCosh final : PointwiseLoss {
  void evaluate(Order order, const LossRows& rows) const override {
    for (Index i = 0; i < rows.count; ++i) {
      const double r = rows.margin[i] - rows.target[i];
      const double t = std::tanh(r);
      rows.loss[i] = rows.weight[i] * (std::abs(r) + std::log1p(std::exp(-2 * std::abs(r))) - std::log(2.0));
      if (order >= Order::gradient) rows.slope[i] = rows.weight[i] * t;
      if (order >= Order::hessian) rows.curvature[i] = rows.weight[i] * (1 - t * t);
    }
  }
  bool is_classifier() const override { return false; }
};

int learn(const Execution& execution) {
  const ModelKind kind =
      register_model({.name = "log-cosh", .loss = [](const LossParameters&) { return std::make_unique<LogCosh>(); }});

  constexpr Index kRows = 6'000, kFeatures = 5;  // each rank makes its share
  const Index begin = kRows * execution.rank() / execution.ranks();
  const Index end = kRows * (execution.rank() + 1) / execution.ranks();
  std::vector<double> x, y;
  for (Index i = begin; i < end; ++i) {
    for (Index j = 0; j < kFeatures; ++j) x.push_back(std::sin(static_cast<double>(i * (j + 1))));
    y.push_back(2 * x[x.size() - 1] - x[x.size() - 2] + (i % 50 == 0 ? 100 : 0));
  }
  LearningSettings settings;
  settings.model.kind = kind;
  settings.penalty.l2 = 1e-4;
  const FittedModel fitted = fit({.rows = end - begin, .features = kFeatures, .x = x, .label = y}, settings, execution);
  if (execution.rank() == 0) {
    std::printf("%s\n", fitted.summary.reason.c_str());
    for (const double w : fitted.parameters) std::printf("%a\n", w);
  }
  return fitted.summary.status == Summary::Status::converged ? 0 : 1;
}

int main() {
  return mpi_main("own_loss", 2, learn);
}
