/// Columns that nearly repeat others: most of what is left to gain may lie along directions with next to no curvature,
/// and a run that calls itself converged must have gained it.
#include <cmath>

#include "support/fits.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::Fit;
using testing::Real;
using testing::ReferenceOptimum;
using testing::ReferenceProblem;
using testing::SmoothModel;
using testing::Table;

/// x₂ = x₁ + noise of the size given; the labels follow the noise, too.
Table nearly_repeated(const SmoothModel& model, double noise) {
  const testing::MadeData made{.rows = 60, .features = 3};
  Table table = testing::made_table(made, model.model.labels);
  for (Index i = 0; i < table.y.size(); ++i) {
    table.x(i, 1) = table.x(i, 0) + noise * table.x(i, 1);
    if (model.outputs > 1 && i % 3 == 0) {
      table.y[i] = static_cast<double>(i / 3 % model.outputs);
    }
  }
  return table;
}

class NearlyRepeatedColumns : public testing::ModelByOptimizer {};

TEST_P(NearlyRepeatedColumns, AreNotCalledConvergedShortOfTheOptimum) {
  const auto& [model, optimizer] = GetParam();
  for (int k = 2; k <= 9; ++k) {
    const Table table = nearly_repeated(model, std::pow(10.0, -k));
    const ReferenceProblem problem = table.reference(model);
    const ReferenceOptimum best = testing::reference_optimum(problem);
    ASSERT_LT(best.promise, 1e-12L) << k;
    const Fit fit = testing::fit(table, *model.model.make(3), *optimizer.make(), {{200, 1e-6}});
    const Real reached = testing::evaluate_reference(problem, fit.w.cast<Real>()).value;
    if (fit.summary.status == Summary::Status::converged) {
      EXPECT_LE((reached - best.value) / best.scale, 1e-8L)
          << "noise 1e-" << k << " after " << fit.iterations << " iterations: " << fit.summary.reason;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryModelByEveryOptimizer, NearlyRepeatedColumns, testing::every_model_by_every_optimizer(),
                         testing::kModelAndOptimizer);

}  // namespace
}  // namespace lockstep
