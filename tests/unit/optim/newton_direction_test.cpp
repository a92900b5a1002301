/// What Newton's direction promises, by the Hessian and by products.
#include "optim/convergence.h"
#include "optim/newton_model.h"

#include <cmath>

#include "support/coordinate_descent.h"
#include "support/descent_run.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::FormulaObjective;

/// A quadratic whose Hessian cannot be had: convergence is judged by products.
class ByProductsAlone final : public FormulaObjective {
 public:
  explicit ByProductsAlone(FormulaObjective of) : FormulaObjective(std::move(of)) { known.has_hessian = false; }
};

Iterate accepted(Objective& objective, const Vector& w, Order order = Order::gradient) {
  Iterate at;
  at.w = w;
  evaluate(objective, order, at);
  objective.update(UpdateKind::initial);
  return at;
}

struct PenalisedQuadratic {
  FormulaObjective make() const {
    FormulaObjective problem = testing::quadratic(a, b);
    problem.known.l1 = testing::uniform_l1(l1, penalised, b.size());
    return problem;
  }
  double value(const Vector& w) const { return 0.5 * w.dot(a * w) - b.dot(w) + l1 * w.head(penalised).lpNorm<1>(); }
  Vector minimiser() const { return testing::by_coordinates(a, b, l1, penalised); }
  Matrix a;
  Vector b;
  double l1;
  Index penalised;
};

Vector some_slopes() {
  Vector b(20);
  for (Index j = 0; j < b.size(); ++j) {
    b[j] = 3 * std::sin(static_cast<double>(5 * j + 1));
  }
  return b;
}

/// Promises by both ways.
std::vector<double> promises(const PenalisedQuadratic& problem, const Vector& w, double negligible) {
  FormulaObjective by_hessian = problem.make();
  ByProductsAlone by_products(problem.make());
  return {newton_direction(by_hessian, accepted(by_hessian, w), negligible).newton_decrease,
          newton_direction(by_products, accepted(by_products, w), negligible).newton_decrease};
}

/// Where parameters do not interact each gains what it gains alone: some cross to zero and stay there.
TEST(NewtonPromiseWithL1, IsWhatIsLeftWhereParametersAreIndependentAndKeepTheirSigns) {
  PenalisedQuadratic problem{Vector{{1, 2, 5, 3, 4}}.asDiagonal(), Vector{{3, -4, 0.2, 0.1, 1}}, 0.5, 4};
  const Vector best = problem.minimiser();
  ASSERT_EQ(best[2], 0);
  ASSERT_EQ(best[3], 0);
  for (const double away : {0.1, 1e-3, 1e-6}) {
    Vector w = best + away * Vector{{1, -1, 1, -1, 0.5}};
    w[2] = away;  // crosses
    const double left = problem.value(w) - problem.value(best);
    for (const double promise : promises(problem, w, 0)) {
      EXPECT_LE(promise, left * (1 + 1e-6) + 1e-15) << away;
    }
    for (const double promise : promises(problem, w, 1e3 * left)) {
      EXPECT_NEAR(promise, left, 1e-4 * left + 1e-15) << away;
    }
  }
}

/// Near the minimiser of an ill-conditioned quadratic, zeros and all: no more is left than a small multiple of what is
/// promised, or a run would end too early.
TEST(NewtonPromiseWithL1, HidesLittleOfWhatIsLeftNearTheMinimum) {
  PenalisedQuadratic problem{testing::conditioned_matrix(20, 1e3), some_slopes(), 2.5, 19};
  const Vector best = problem.minimiser();
  ASSERT_GT((best.array() == 0).count(), 2);
  for (int seed = 1; seed <= 20; ++seed) {
    Vector w = best;
    for (Index j = 0; j < w.size(); ++j) {
      w[j] += 1e-7 * std::sin(static_cast<double>(seed * (j + 3)));
    }
    const double left = problem.value(w) - problem.value(best);
    for (const double promise : promises(problem, w, 1e3 * left)) {
      EXPECT_GE(promise, 0.5 * left) << seed;
    }
  }
}

/// A face whose curvature is that of the free parameters: what is held at zero promises nothing.
TEST(NewtonPromiseWithL1, IsZeroAtTheMinimiser) {
  PenalisedQuadratic problem{testing::conditioned_matrix(20, 10), some_slopes(), 2.5, 19};
  const Vector best = problem.minimiser();
  const double size = std::abs(problem.value(best));
  for (const double promise : promises(problem, best, 1e-12 * size)) {
    EXPECT_GE(promise, 0);
    EXPECT_LT(promise, 1e-25 * size);
  }
}

/// Logistic rows with as many features; both ways are asked, whatever the limit says.
class PromiseBothWays : public ::testing::TestWithParam<Index> {
 protected:
  PromiseBothWays() : problem_(testing::made_share({.rows = 1200, .features = GetParam()}, 0, 1)) {}

  Direction by_cholesky(const Iterate& at, double negligible) {
    return direction_by_factor(cholesky_solver(), at.at.hessian, {}, at, negligible, problem_.risk);
  }
  Direction by_products(const Iterate& at, double negligible) {
    Vector diagonal;
    problem_.risk.hessian_diagonal(diagonal);
    TruncatedNewton settings;
    settings.forcing = [](double) { return 0.5; };
    return direction_by_products(settings, diagonal, {}, at, negligible, problem_.risk);
  }
  /// On the way from zero to the minimum.
  std::vector<Iterate> iterates() {
    const auto run =
        testing::run_descent(problem_.risk, *make_newton_cholesky(), Vector::Zero(GetParam() + 1), {20, 1e-9});
    EXPECT_EQ(run.summary.status, Summary::Status::converged) << run.summary.reason;
    std::vector<Iterate> found;
    for (const Vector& point : run.points) {
      found.push_back({point, {}, 0, 0, {}});
    }
    return found;
  }
  testing::Logistic problem_;
};

TEST_P(PromiseBothWays, GivesOneVerdictAndFromBelowOnePromise) {
  constexpr double kTolerance = 1e-6;
  int converged = 0;
  const std::vector<Iterate> points = iterates();
  ASSERT_GE(points.size(), 3u);
  for (const Iterate& point : points) {
    const Iterate at = accepted(problem_.risk, point.w, Order::hessian);
    const double negligible = negligible_decrease(at, kTolerance);
    const Direction dense = by_cholesky(at, negligible);
    const Direction sparse = by_products(at, negligible);
    ASSERT_GE(dense.newton_decrease, 0);
    ASSERT_GE(sparse.newton_decrease, 0);
    EXPECT_EQ(shows_convergence(sparse, negligible), shows_convergence(dense, negligible));
    EXPECT_LE(sparse.newton_decrease, dense.newton_decrease * (1 + 1e-6) + dense.rounding);
    if (shows_convergence(dense, negligible)) {
      ++converged;
      EXPECT_NEAR(sparse.newton_decrease, dense.newton_decrease, 1e-6 * negligible + dense.rounding);
    }
    const Direction asked = newton_direction(problem_.risk, at, negligible);
    EXPECT_EQ(asked.newton_decrease, judges_by_hessian(problem_.risk) ? dense.newton_decrease : sparse.newton_decrease);
  }
  EXPECT_GT(converged, 0);
  EXPECT_LT(converged, std::ssize(points));
}

TEST(PromiseBothWays, TakesTheHessianUpToTheLimitOnly) {
  testing::Logistic small(testing::made_share({.rows = 10, .features = 60}, 0, 1));
  testing::Logistic large(testing::made_share({.rows = 10, .features = 1100}, 0, 1));
  EXPECT_TRUE(judges_by_hessian(small.risk));
  EXPECT_FALSE(judges_by_hessian(large.risk));
}

INSTANTIATE_TEST_SUITE_P(BelowAndAboveTheLimit, PromiseBothWays, ::testing::Values(60, 1100));

}  // namespace
}  // namespace lockstep
