#include "optim/conjugate_gradients.h"

#include "support/problem_zoo.h"
#include <Eigen/Cholesky>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

LinearOperator multiply_by(const Matrix& a) {
  return {[a](const Vector& v, Vector& product) {
            product = a * v;
            return false;
          },
          {}};
}

Matrix diagonal(const Vector& entries) {
  return entries.asDiagonal();
}

Vector some_right_side(Index p) {
  return Vector::LinSpaced(p, -1, 2);
}

TEST(ConjugateGradients, SolvesToTheResidualAskedFor) {
  const Matrix a = testing::conditioned_matrix(20, 1e3);
  const Vector b = some_right_side(20);
  for (const double forcing : {0.5, 1e-3, 1e-10}) {
    const KrylovSolution solution = conjugate_gradients(multiply_by(a), b, {.forcing = forcing});
    EXPECT_LE((a * solution.y - b).norm(), forcing * b.norm() * (1 + 1e-6));
    EXPECT_LT((b - a * solution.y - solution.residual).norm(), 1e-12 * b.norm()) << "r is that of y";
    EXPECT_NEAR(solution.decrease, -(0.5 * solution.y.dot(a * solution.y) - b.dot(solution.y)),
                1e-10 * solution.decrease);
    EXPECT_FALSE(solution.stop_requested);
  }
}

TEST(ConjugateGradients, NeedsAsManyProductsAsThereAreEigenvalues) {
  const Matrix a = diagonal(Vector{{1, 1, 5, 5, 5, 30}});
  const KrylovSolution solution = conjugate_gradients(multiply_by(a), Vector::Ones(6), {.forcing = 1e-12});
  EXPECT_EQ(solution.products, 3);
}

TEST(ConjugateGradients, TakesNoProductForARightSideOfZero) {
  const KrylovSolution solution = conjugate_gradients(multiply_by(Matrix::Identity(3, 3)), Vector::Zero(3), {});
  EXPECT_EQ(solution.products, 0);
  EXPECT_TRUE(solution.resolved);
  EXPECT_EQ(solution.decrease, 0);
  EXPECT_EQ(solution.y, Vector(Vector::Zero(3)));
}

TEST(ConjugateGradients, IsResolvedWhereNothingNegligibleIsLeft) {
  const Matrix a = testing::conditioned_matrix(20, 1e3);
  const Vector b = 1e-3 * some_right_side(20);
  const double all = 0.5 * b.dot(a.llt().solve(b));
  const double negligible = 10 * all;
  const KrylovSolution solution = conjugate_gradients(multiply_by(a), b, {.negligible = negligible});
  EXPECT_TRUE(solution.resolved);
  EXPECT_LE(all - solution.decrease, 1e-7 * negligible);
  EXPECT_LE(solution.decrease, all * (1 + 1e-12)) << "from below";
}

/// The small part of b lies where A has next to no curvature: nearly all of the gain is there.
TEST(ConjugateGradients, GoesOnWhileTheResidualCouldHideMoreThanIsNegligible) {
  const Matrix a = diagonal(Vector{{1, 1e-12}});
  const Vector b{{1, 1e-3}};
  const KrylovSolution loose = conjugate_gradients(multiply_by(a), b, {.forcing = 0.5, .negligible = 0});
  EXPECT_EQ(loose.products, 1);
  EXPECT_FALSE(loose.resolved);
  const KrylovSolution careful = conjugate_gradients(multiply_by(a), b, {.forcing = 0.5, .negligible = 1});
  EXPECT_EQ(careful.products, 2);
  EXPECT_NEAR(careful.decrease, 0.5 + 0.5e6, 1);
}

TEST(ConjugateGradients, BoundsWhatIsLeftByTheLeastEigenvalue) {
  const Matrix a = testing::conditioned_matrix(20, 1e3);  // least eigenvalue 1
  const Vector b = some_right_side(20);
  const double all = 0.5 * b.dot(a.llt().solve(b));
  for (const double part : {0.99, 1.01, 2.0, 30.0}) {
    const double negligible = part * all;
    const KrylovSolution plain = conjugate_gradients(multiply_by(a), b, {.negligible = negligible});
    for (const double known : {1.0, 0.1}) {
      const KrylovSolution bounded =
          conjugate_gradients(multiply_by(a), b, {.negligible = negligible, .least_eigenvalue = known});
      EXPECT_EQ(bounded.decrease > negligible, part < 1) << part;
      if (part > 1) {
        EXPECT_TRUE(bounded.resolved) << part;
        EXPECT_GE(bounded.decrease + bounded.hidden, all) << part;
        EXPECT_LE(bounded.decrease + bounded.hidden, negligible) << part;
        EXPECT_LT(bounded.products, plain.products) << part;
      }
    }
  }
}

TEST(ConjugateGradients, TakesNoProductWhereTheLeastEigenvalueAloneBoundsTheGain) {
  const Vector b{{1, 1}};
  const KrylovSolution solution =
      conjugate_gradients(multiply_by(diagonal(Vector{{2, 4}})), b, {.negligible = 0.5, .least_eigenvalue = 2});
  EXPECT_EQ(solution.products, 0);
  EXPECT_TRUE(solution.resolved);
  EXPECT_EQ(solution.hidden, 0.5);
}

TEST(ConjugateGradients, LeavesNoMoreThanTheTailAskedFor) {
  const Matrix a = testing::conditioned_matrix(40, 1e4);
  const Vector b = some_right_side(40);
  const double all = 0.5 * b.dot(a.llt().solve(b));
  for (const double tail : {1e-1, 1e-4, 1e-8}) {
    const KrylovSolution solution =
        conjugate_gradients(multiply_by(a), b, {.negligible = 0, .least_eigenvalue = 1, .tail = tail});
    EXPECT_LE(all - solution.decrease, tail * all) << tail;
  }
}

TEST(ConjugateGradients, TakesAResidualOfRoundingForZero) {
  const Matrix a = diagonal(Vector{{1, 1e-12}});
  const KrylovSolution solution =
      conjugate_gradients(multiply_by(a), Vector{{1, 1e-3}}, {.forcing = 1e-12, .rounding = 1e-6});
  EXPECT_TRUE(solution.resolved);
  EXPECT_EQ(solution.products, 1);
}

TEST(ConjugateGradients, HoldsItsCapOnProducts) {
  const KrylovSolution solution = conjugate_gradients(multiply_by(testing::conditioned_matrix(30, 1e6)),
                                                      some_right_side(30), {.forcing = 1e-12, .max_products = 4});
  EXPECT_EQ(solution.products, 4);
  EXPECT_FALSE(solution.resolved);
}

TEST(ConjugateGradients, EndsAfterTheProductThatSawAWishToStop) {
  int products = 0;
  const LinearOperator a{[&](const Vector& v, Vector& product) {
                           product = testing::conditioned_matrix(30, 1e6) * v;
                           return ++products == 3;
                         },
                         {}};
  const KrylovSolution solution = conjugate_gradients(a, some_right_side(30), {.forcing = 1e-12});
  EXPECT_TRUE(solution.stop_requested);
  EXPECT_EQ(products, 3);
}

TEST(ConjugateGradients, FollowsTheRightSideWhereItHasNoPositiveCurvature) {
  const Vector b{{0, 2}};
  for (const double curvature : {0.0, -1.0, 1e-18}) {
    const KrylovSolution solution =
        conjugate_gradients(multiply_by(diagonal(Vector{{1, curvature}})), b, {.largest_curvature = 1});
    EXPECT_EQ(solution.y, b) << curvature;
    EXPECT_EQ(solution.products, 1);
    EXPECT_EQ(solution.decrease, 0) << "nothing is known of what is to gain";
    EXPECT_FALSE(solution.resolved);
  }
}

TEST(ConjugateGradients, KeepsWhatItHasWhereALaterDirectionIsFlat) {
  const KrylovSolution solution =
      conjugate_gradients(multiply_by(diagonal(Vector{{1, 0}})), Vector{{1, 1}}, {.forcing = 1e-9});
  EXPECT_EQ(solution.y, (Vector{{2, 2}}));
  EXPECT_EQ(solution.decrease, 2);
  EXPECT_FALSE(solution.resolved);
}

TEST(ConjugateGradients, SolvesAtOnceWithTheInverseAsPreconditioner) {
  const Matrix a = testing::conditioned_matrix(20, 1e6);
  LinearOperator exact = multiply_by(a);
  const Eigen::LLT<Matrix> factor(a);
  exact.precondition = [&](Vector& v) { factor.solveInPlace(v); };
  const Vector b = some_right_side(20);
  const KrylovSolution solution = conjugate_gradients(exact, b, {.forcing = 1e-8});
  EXPECT_EQ(solution.products, 1);
  EXPECT_LT((a * solution.y - b).norm(), 1e-8 * b.norm());
  EXPECT_NEAR(solution.decrease, 0.5 * b.dot(factor.solve(b)), 1e-9 * solution.decrease);
}

}  // namespace
}  // namespace lockstep
