/// Wrong verdicts, hunted for at random: awkward units, copies and near-copies of columns. A run that calls itself
/// converged stands at the optimum.
#include "base/random.h"

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

/// 10^U(−reach, reach)
double random_unit(RandomStream& random, double reach) {
  return std::pow(10.0, reach * (2 * random.uniform() - 1));
}

/// Five columns in units over sixteen orders of magnitude; one is a copy of another, one nearly.
Table random_table(const SmoothModel& model, std::uint64_t seed) {
  RandomStream random(seed, 0, 7);
  Table table = testing::made_table({.rows = 80, .features = 5, .seed = seed}, model.model.labels);
  const double noise = std::pow(10.0, -1 - 5 * random.uniform());
  table.x.col(3) = table.x.col(1);
  table.x.col(4) = table.x.col(0) + noise * table.x.col(4);
  for (Index j = 0; j < table.x.cols(); ++j) {
    table.x.col(j) *= random_unit(random, 8);
  }
  const bool has_unit = model.model.name == "linear" || model.model.name == "gamma";
  table.y *= has_unit ? random_unit(random, 6) : 1;
  for (Index i = 0; i < table.y.size() && !table.class_names.empty(); i += 5) {
    table.y[i] = static_cast<double>(random.below(static_cast<std::uint32_t>(table.class_names.size())));
  }
  return table;
}

/// The optimizer with an L1 penalty has tests of its own; here the loss alone and with l2.
class RandomProblems : public testing::ModelByOptimizer {};

TEST_P(RandomProblems, AreConvergedAtTheirOptimumOnly) {
  const auto& [model, optimizer] = GetParam();
  for (const std::uint64_t seed : {std::uint64_t{1}, std::uint64_t{2}}) {
    for (const double l2 : {0.0, 1e-3}) {
      const Table table = random_table(model, seed);
      const ReferenceProblem problem = table.reference(model, l2);
      const ReferenceOptimum best = testing::reference_optimum(problem);
      ASSERT_LT(best.promise, 1e-13L) << "seed " << seed << ", l2 " << l2;
      const Fit fit = testing::fit(table, *model.model.make(table.x.cols()), *optimizer.make(), {{200, 1e-6}, 0, l2});
      const Real reached = testing::evaluate_reference(problem, fit.w.cast<Real>()).value;
      const auto excess = static_cast<double>((reached - best.value) / best.scale);
      EXPECT_GT(excess, -1e-13) << "the reference is not the optimum";
      if (fit.summary.status == Summary::Status::converged) {
        EXPECT_LE(excess, 1e-10) << "seed " << seed << ", l2 " << l2 << ": " << fit.summary.reason;
      } else {
        EXPECT_EQ(optimizer.name, "gd") << "seed " << seed << ", l2 " << l2 << ": " << fit.summary.reason;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryModelByEveryOptimizer, RandomProblems, testing::every_model_by_every_optimizer(),
                         testing::kModelAndOptimizer);

}  // namespace
}  // namespace lockstep
