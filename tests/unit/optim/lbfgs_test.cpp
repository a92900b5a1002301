#include <cmath>

#include "support/descent_run.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::run_descent;

TEST(Lbfgs, FindsTheKnownOptima) {
  for (auto& problem : testing::known_problems()) {
    const auto run = run_descent(problem.objective, *make_lbfgs(), problem.start, {500, 1e-10});
    EXPECT_EQ(run.summary.status, Summary::Status::converged) << problem.name << ": " << run.summary.reason;
    EXPECT_NEAR(run.summary.objective, problem.minimum, 1e-9 * (1 + std::abs(problem.minimum))) << problem.name;
    EXPECT_LT((run.state.parameters - problem.minimiser).norm(), 1e-6 * (1 + problem.minimiser.norm())) << problem.name;
  }
}

TEST(Lbfgs, TakesOnePassAnIterationWhereUnitStepsAreAccepted) {
  auto problem = testing::quadratic(testing::conditioned_matrix(30, 1e4), Vector::Ones(30));
  const auto run = run_descent(problem, *make_lbfgs(), Vector::Zero(30), {1000, 1e-9});
  EXPECT_EQ(run.summary.status, Summary::Status::converged) << run.summary.reason;
  int unit_steps = 0;
  for (std::size_t k = 1; k < run.reports.size(); ++k) {
    unit_steps += run.reports[k].step_length == 1 ? 1 : 0;
  }
  const auto iterations = static_cast<int>(run.reports.size());
  EXPECT_GT(unit_steps, iterations * 3 / 4);
  EXPECT_GT(run.summary.check_passes, 0);
  EXPECT_LE(run.summary.check_passes, 5) << "a Hessian each, at the last points";
  EXPECT_LE(problem.evaluations - run.summary.check_passes, 1 + 2 * iterations - unit_steps);
}

TEST(Lbfgs, EveryStepSatisfiesTheStrongWolfeConditions) {
  auto problem = testing::extended_rosenbrock(10);
  const testing::FormulaObjective::Formula& f = problem.formula();
  Vector w = Vector{{-1.2, 1}}.replicate(5, 1);
  const auto run = run_descent(problem, *make_lbfgs(5), w, {200, 1e-8});
  ASSERT_EQ(run.summary.status, Summary::Status::converged);
  for (std::size_t k = 0; k < run.points.size(); ++k) {
    const Vector step = run.points[k] - w;
    const double slope = f.gradient(w).dot(step);
    EXPECT_LE(f.value(run.points[k]), f.value(w) + 1e-4 * slope) << k;
    EXPECT_LE(std::abs(f.gradient(run.points[k]).dot(step)), -0.9 * slope * (1 + 1e-9)) << k;
    w = run.points[k];
  }
}

TEST(Lbfgs, KeepsAsManyPairsAsItsMemory) {
  auto problem = testing::extended_rosenbrock(10);
  const auto run = run_descent(problem, *make_lbfgs(4), Vector{{-1.2, 1}}.replicate(5, 1), {20, 1e-12});
  ASSERT_EQ(run.state.lbfgs.point_changes.size(), 4u);
  ASSERT_EQ(run.state.lbfgs.gradient_changes.size(), 4u);
  EXPECT_EQ(run.state.lbfgs.point_changes.back(), run.points[19] - run.points[18]) << "oldest first";
}

TEST(Lbfgs, ReachesTheToleranceOnLogisticData) {
  testing::Logistic problem(testing::unequal_columns({.rows = 500}, 1e2), 1e-4);
  const auto run = run_descent(problem.risk, *make_lbfgs(), Vector::Zero(8), {1000, 1e-9});
  EXPECT_EQ(run.summary.status, Summary::Status::converged) << run.summary.reason;
}

TEST(Lbfgs, EndsAtRoundingLevel) {
  testing::Logistic problem(testing::made_share({.rows = 500}, 0, 1));
  const auto run = run_descent(problem.risk, *make_lbfgs(), Vector::Zero(8), {2000, 1e-30});
  EXPECT_EQ(run.summary.status, Summary::Status::converged) << run.summary.reason;
  EXPECT_LT(run.summary.gradient_norm, 1e-9);
}

TEST(Lbfgs, GoesOnDownhillWhereThereIsNoMinimum) {
  auto problem = testing::linear_form(Vector{{1, 2}});
  const auto run = run_descent(problem, *make_lbfgs(), Vector::Zero(2), {5, 1e-9});
  EXPECT_EQ(run.summary.status, Summary::Status::limit_reached);
  EXPECT_LT(run.summary.objective, -1e10);
}

TEST(Lbfgs, StoppedAnywhereAndResumedGivesTheSameBits) {
  testing::expect_same_bits_when_stopped_anywhere([] { return testing::extended_rosenbrock(6); },
                                                  [] { return make_lbfgs(3); }, Vector{{-1.2, 1}}.replicate(3, 1),
                                                  {100, 1e-10});
}

/// The same quadratic: its least curvature, 1, is told or not.
TEST(Lbfgs, EndsSoonerAndAsNearWhereTheLeastCurvatureIsKnown) {
  const Matrix a = testing::conditioned_matrix(300, 1e5);
  const Vector best = Vector::LinSpaced(300, -1, 2);
  std::vector<int> passes;
  for (const bool tells : {false, true}) {
    auto problem = testing::quadratic(a, a * best);
    problem.known.has_hessian = false;
    problem.known.least_curvature = Vector::Constant(tells ? 300 : 0, 1.0);
    const auto run = run_descent(problem, *make_lbfgs(), Vector::Zero(300), {2000, 1e-7});
    EXPECT_EQ(run.summary.status, Summary::Status::converged) << run.summary.reason;
    const Vector error = run.state.parameters - best;
    EXPECT_LE(0.5 * error.dot(a * error), 1.01e-14 * 0.5 * best.dot(a * best)) << tells;
    passes.push_back(problem.evaluations + problem.products);
  }
  EXPECT_LT(passes[1], passes[0]);
}

TEST(Lbfgs, RemembersFewerPairsOfVeryManyParameters) {
  EXPECT_EQ(lbfgs_pairs(10, 1), 10);
  EXPECT_EQ(lbfgs_pairs(10, 4'000'000), 10);
  EXPECT_EQ(lbfgs_pairs(10, 10'000'001), 4);
  EXPECT_EQ(lbfgs_pairs(10, 1'000'000'000), 3);
  EXPECT_EQ(lbfgs_pairs(2, 1'000'000'000), 2);
}

}  // namespace
}  // namespace lockstep
