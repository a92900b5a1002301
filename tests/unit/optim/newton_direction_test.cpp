/// What Newton's direction promises, by the Hessian and by products.
#include "optim/convergence.h"
#include "optim/newton_model.h"

#include <cmath>

#include "support/coordinate_descent.h"
#include "support/descent_run.h"
#include <Eigen/Eigenvalues>
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

/// ½ (u − u*)ᵀ H (u − u*) as the linear model of `sets` one-hot columns of two levels, an intercept and an L2 penalty
/// has it: the columns of each set add up to the intercept's.
struct OneHotColumns {
  explicit OneHotColumns(Index sets) : p(2 * sets + 1) {
    Matrix x = Matrix::Ones(64, p);
    for (Index i = 0; i < 64; ++i) {
      for (Index set = 0; set < sets; ++set) {
        const bool level = std::sin(static_cast<double>(7 * i + 3 * set * set + 1)) > 0;
        x(i, 2 * set) = level ? 1 : 0;
        x(i, 2 * set + 1) = level ? 0 : 1;
      }
    }
    mu = Vector::Constant(p, 1e-3);
    mu[p - 1] = 0;
    h = x.transpose() * x / 64;
    h.diagonal() += mu;
  }
  ByProductsAlone objective(bool tells_least_curvature) const {
    FormulaObjective problem = testing::quadratic(h, Vector::Zero(p));
    if (tells_least_curvature) {
      problem.known.least_curvature = mu;
    }
    return ByProductsAlone(problem);
  }
  Index p;
  Vector mu;
  Matrix h;
};

/// All is along the direction of least curvature, in which columns stand in for the intercept.
TEST(NewtonPromiseWithL2, BoundsWhatHidesWhereColumnsStandInForTheIntercept) {
  for (const Index sets : {1, 3, 12}) {
    const OneHotColumns problem(sets);
    Vector d(problem.p);
    for (Index j = 0; j < problem.p; ++j) {
      d[j] = std::pow(2.0, -std::floor(0.5 * std::ilogb(problem.h(j, j))));
    }
    const Eigen::SelfAdjointEigenSolver<Matrix> spectrum(d.asDiagonal() * problem.h * d.asDiagonal());
    const Vector w = d.cwiseProduct(spectrum.eigenvectors().col(0));
    const double left = 0.5 * w.dot(problem.h * w);
    for (const double part : {0.5, 0.9, 1.1, 40.0}) {
      ByProductsAlone objective = problem.objective(true);
      const Direction newton = newton_direction(objective, accepted(objective, w), part * left);
      EXPECT_EQ(shows_convergence(newton, part * left), part > 1) << sets << " sets, " << part;
      if (part > 1) {
        EXPECT_GE(newton.newton_decrease, left * (1 - 1e-6)) << sets << " sets, " << part;
      }
    }
  }
}

TEST(NewtonPromiseWithL2, TakesFewerProductsToTell) {
  const OneHotColumns problem(12);
  const Vector w = some_slopes().replicate(2, 1).topRows(problem.p);
  std::vector<std::int64_t> products;
  for (const bool tells : {false, true}) {
    ByProductsAlone objective = problem.objective(tells);
    const double left = 0.5 * w.dot(problem.h * w);
    const Direction newton = newton_direction(objective, accepted(objective, w), 1.05 * left);
    EXPECT_TRUE(shows_convergence(newton, 1.05 * left));
    products.push_back(newton.products);
  }
  EXPECT_LT(products[1], products[0]);
}

/// Without curvature of its own nothing bounds what an intercept hides.
TEST(NewtonPromiseWithL2, BoundsNothingBesideAParameterWithoutCurvature) {
  FormulaObjective flat = testing::quadratic(Matrix{{1, 0}, {0, 0}}, Vector{{1, 1e-4}});
  flat.known.least_curvature = Vector{{1, 0}};
  ByProductsAlone objective(flat);
  EXPECT_FALSE(shows_convergence(newton_direction(objective, accepted(objective, Vector{{1, 0}}), 1e-3), 1e-3));
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
    settings.tail = 1e-4;
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
    if (!shows_convergence(sparse, negligible)) {
      EXPECT_LE(sparse.newton_decrease, dense.newton_decrease * (1 + 1e-6) + dense.rounding);
    }
    if (shows_convergence(dense, negligible)) {
      ++converged;
      EXPECT_GE(sparse.newton_decrease, dense.newton_decrease - dense.rounding) << "with what may hide";
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
