/// The problems that optimizers are tested on are what they say: derivatives by Taylor's theorem, optima by ∇F = 0.
#include "support/problem_zoo.h"

#include <cmath>

#include <Eigen/Eigenvalues>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::FormulaObjective;

/// Remainders of F(w + h d) after the linear and the quadratic term fall with slopes 2 and 3 in h, or are rounding.
void expect_taylor_slopes(const FormulaObjective& objective, const Vector& w, const std::string& name) {
  const FormulaObjective::Formula& f = objective.formula();
  Vector d(w.size());
  for (Index j = 0; j < d.size(); ++j) {
    d[j] = std::cos(static_cast<double>(3 * j + 1)) / 4;
  }
  const double slope = f.gradient(w).dot(d);
  const double curvature = d.dot(f.hessian(w) * d);
  const auto remainders = [&](double h) {
    const double linear = f.value(w + h * d) - f.value(w) - h * slope;
    return std::pair(std::abs(linear), std::abs(linear - 0.5 * h * h * curvature));
  };
  const double rounding = 1e-13 * (1 + std::abs(f.value(w)));
  const double h = 1e-3;
  const auto [linear, quadratic] = remainders(h);
  const auto [linear_half, quadratic_half] = remainders(h / 2);
  if (linear > 1e3 * rounding) {
    EXPECT_NEAR(std::log2(linear / linear_half), 2, 0.05) << name;
  }
  if (quadratic > 1e3 * rounding) {
    EXPECT_NEAR(std::log2(quadratic / quadratic_half), 3, 0.05) << name;
  }
  EXPECT_TRUE(curvature == 0 || linear > 1e3 * rounding) << name << ": the step is too short to see the curvature";
}

TEST(ProblemZoo, DerivativesFollowTaylorsTheorem) {
  for (const auto& problem : testing::known_problems()) {
    expect_taylor_slopes(problem.objective, problem.start, problem.name);
  }
  const Vector w{{0.3, -1.2, 2}};
  expect_taylor_slopes(testing::linear_form(Vector{{1, 2, 3}}), w, "linear form");
  expect_taylor_slopes(testing::bilinear(), w, "bilinear");
}

TEST(ProblemZoo, OptimaAreStationaryWithPositiveCurvature) {
  for (const auto& problem : testing::known_problems()) {
    const FormulaObjective::Formula& f = problem.objective.formula();
    const double scale = f.hessian(problem.minimiser).norm();
    EXPECT_LT(f.gradient(problem.minimiser).norm(), 1e-12 * scale) << problem.name;
    EXPECT_NEAR(f.value(problem.minimiser), problem.minimum, 1e-12 * scale) << problem.name;
    const Vector eigenvalues = f.hessian(problem.minimiser).selfadjointView<Eigen::Lower>().eigenvalues();
    EXPECT_GT(eigenvalues[0], 0) << problem.name;
    EXPECT_NEAR(eigenvalues[eigenvalues.size() - 1] / eigenvalues[0] / problem.condition, 1, 1e-3) << problem.name;
  }
}

TEST(ProblemZoo, ClosedFormsOfTheTheory) {
  const Vector w{{0.3, -1.2, 2}};
  const Matrix a{{1, 2, 0}, {4, 3, 1}, {0, -1, 5}};
  EXPECT_EQ(testing::linear_form(Vector{{1, 2, 3}}).formula().gradient(w), (Vector{{1, 2, 3}}));
  EXPECT_EQ(testing::squared_norm(3).formula().gradient(w), 2 * w);
  EXPECT_EQ(testing::bilinear().formula().gradient(w), (Vector{{3 * w[1], 3 * w[0], 1}}));
  EXPECT_EQ(testing::quadratic_form(a).formula().hessian(w), 0.5 * (a + a.transpose()));
}

}  // namespace
}  // namespace lockstep
