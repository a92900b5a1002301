/// What holds for the derivatives of every model, dense and sparse: Taylor's slopes, Hessian against products against
/// diagonal, convexity, same bits on any ranks and threads.
#include "base/lanes.h"
#include "model/linear_model.h"
#include "model/losses.h"
#include "risk/empirical_risk.h"

#include <cmath>

#include "support/models.h"
#include "support/thread_communicator.h"
#include <Eigen/Eigenvalues>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::MadeData;
using testing::ModelCase;

constexpr double kL2 = 0.01;

/// Model, data and risk of one rank.
struct Problem {
  Problem(const ModelCase& test, const MadeData& made, Communicator& comm, const LayoutSettings& layout = {},
          int threads = 1)
      : data(make_dataset(testing::made_share(made, test.labels, comm.rank(), comm.size()), layout, comm)),
        model(test.make(made.features)),
        risk(data, *model, Penalty(kL2, model->penalised()), {layout.lanes > 0 ? 16 : 0, 3}, Execution(comm, threads)) {
  }
  Dataset data;
  std::unique_ptr<Model> model;
  EmpiricalRisk risk;
};

Vector some_point(Index p, double scale = 0.2) {
  Vector w(p);
  for (Index j = 0; j < p; ++j) {
    w[j] = scale * std::sin(static_cast<double>(3 * j + 1));
  }
  return w;
}

Matrix square(const SymmetricMatrix& packed) {
  Matrix h(packed.size(), packed.size());
  for (Index i = 0; i < h.rows(); ++i) {
    for (Index j = 0; j < h.cols(); ++j) {
      h(i, j) = packed(i, j);
    }
  }
  return h;
}

class ModelDerivatives : public ::testing::TestWithParam<std::tuple<ModelCase, bool>> {
 protected:
  const ModelCase& test() const { return std::get<0>(GetParam()); }
  MadeData made() const {
    const bool sparse = std::get<1>(GetParam());
    return {.rows = 400, .features = sparse ? 24 : 6, .sparse = sparse, .weights = true};
  }
};

/// |F(w + hd) − F − h⟨∇F,d⟩| falls with slope 2, with ½h²dᵀHd taken off with slope 3. Models with kinks only have the
/// first where no kink is crossed: their remainder is that of the penalty, plus what the few rows near a kink add.
TEST_P(ModelDerivatives, FollowTaylor) {
  SerialCommunicator comm;
  Problem problem(test(), made(), comm);
  const Index p = problem.risk.dimension();
  const Vector w = some_point(p);
  const Vector d = some_point(p, 1.0).reverse();
  Evaluation at;
  problem.risk.evaluate(w, Order::hessian, at);
  const double curvature = d.dot(square(at.hessian) * d);
  const auto remainders = [&](double h) {
    Evaluation there;
    problem.risk.evaluate(w + h * d, Order::value, there);
    const double first = there.value - at.value - h * dot(at.gradient, d);
    return std::pair(std::abs(first), std::abs(first - 0.5 * h * h * curvature));
  };
  const double h = test().has_second_order ? 0.05 : 1e-4;
  const auto [first_1, second_1] = remainders(h);
  const auto [first_2, second_2] = remainders(h / 4);
  EXPECT_NEAR(std::log(first_1 / first_2) / std::log(4), 2, test().has_second_order ? 0.15 : 0.3);
  if (test().has_second_order && second_1 > 1e-12) {
    EXPECT_NEAR(std::log(second_1 / second_2) / std::log(4), 3, 0.2);
  }
}

TEST_P(ModelDerivatives, HaveAHessianThatProductsAndDiagonalAgreeWith) {
  SerialCommunicator comm;
  Problem problem(test(), made(), comm);
  const Index p = problem.risk.dimension();
  const Vector w = some_point(p);
  Evaluation at;
  problem.risk.evaluate(w, Order::hessian, at);
  problem.risk.update(UpdateKind::initial);
  const Matrix h = square(at.hessian);
  const double scale = h.cwiseAbs().maxCoeff();
  for (const double phase : {0.3, 1.1}) {
    const Vector v = some_point(p, phase);
    Vector product;
    for (const Curvature kind : {Curvature::exact, Curvature::gauss_newton}) {
      EXPECT_FALSE(problem.risk.curvature_product(w, v, kind, product));
      EXPECT_LT((product - h * v).cwiseAbs().maxCoeff(), 1e-13 * scale * static_cast<double>(p));
    }
  }
  Vector diagonal;
  problem.risk.hessian_diagonal(diagonal);
  EXPECT_LT((diagonal - h.diagonal()).cwiseAbs().maxCoeff(), 1e-13 * scale);
  EXPECT_EQ(problem.risk.reductions(), 6) << "one reduction an oracle call";
}

TEST_P(ModelDerivatives, AreThoseOfAConvexFunction) {
  SerialCommunicator comm;
  Problem problem(test(), made(), comm);
  Evaluation at;
  problem.risk.evaluate(some_point(problem.risk.dimension()), Order::hessian, at);
  const Matrix h = square(at.hessian);
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(h);
  EXPECT_GE(solver.eigenvalues().minCoeff(), -1e-14 * solver.eigenvalues().maxCoeff());
}

TEST_P(ModelDerivatives, MeanTheSameAlongALineOfKeptMargins) {
  SerialCommunicator comm;
  Problem problem(test(), made(), comm);
  const Vector w = some_point(problem.risk.dimension());
  const Vector d = some_point(problem.risk.dimension(), 0.7).reverse();
  Evaluation at;
  problem.risk.evaluate(w, Order::value, at);
  problem.risk.update(UpdateKind::initial);
  problem.risk.evaluate(w + d, Order::value, at);
  problem.risk.update(UpdateKind::trial);
  for (const double t : {0.0, 0.1, 0.5, 1.0}) {
    const LinePoint along = problem.risk.along(w, d, t);
    problem.risk.evaluate(w + t * d, Order::gradient, at);
    EXPECT_NEAR(along.value, at.value, 1e-13 * (1 + std::abs(at.value)));
    EXPECT_NEAR(along.slope, dot(at.gradient, d), 1e-12 * (1 + std::abs(along.slope)));
  }
}

/// Everything an optimizer can ask for, in one vector.
Vector all_results(const ModelCase& test, const MadeData& made, Communicator& comm, int threads) {
  std::vector<double> results;
  const auto keep = [&](const Vector& values) { results.insert(results.end(), values.begin(), values.end()); };
  Evaluation at;
  Problem problem(test, made, comm, {}, threads);
  const Vector w = some_point(problem.risk.dimension());
  problem.risk.evaluate(w, Order::hessian, at);
  problem.risk.update(UpdateKind::initial);
  results.push_back(at.value);
  results.push_back(at.scale);
  keep(at.gradient);
  keep(at.hessian.packed());
  Vector product;
  problem.risk.curvature_product(w, some_point(w.size(), 0.5), Curvature::exact, product);
  keep(product);
  problem.risk.hessian_diagonal(product);
  keep(product);
  LayoutSettings batches;
  batches.access = Access::mini_batch;
  batches.lanes = 16;
  Problem stochastic(test, made, comm, batches, threads);
  stochastic.risk.select_batch({1, 0});
  stochastic.risk.evaluate(w, Order::gradient, at);
  keep(at.gradient);
  return Eigen::Map<Vector>(results.data(), std::ssize(results));
}

TEST_P(ModelDerivatives, HaveTheSameBitsOnAnyRanksAndThreads) {
  SerialCommunicator serial;
  const Vector expected = all_results(test(), made(), serial, 1);
  for (const int ranks : {2, 3, 5}) {
    for (const int threads : {1, 3}) {
      testing::run_ranks(ranks, [&](Communicator& comm) {
        EXPECT_EQ(all_results(test(), made(), comm, threads), expected) << ranks << " × " << threads;
      });
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, ModelDerivatives,
                         ::testing::Combine(::testing::ValuesIn(testing::linear_models()), ::testing::Bool()),
                         [](const auto& parameter) {
                           return std::get<0>(parameter.param).name +
                                  (std::get<1>(parameter.param) ? "Sparse" : "Dense");
                         });

/// The squared loss of a line has gradient sums in closed form.
TEST(SquaredLossOfALine, HasTheGradientSumsOfTheClosedForm) {
  SerialCommunicator comm;
  const MadeData made{.rows = 50, .features = 1, .classes = false};
  const Dataset data = testing::make_data(made, comm);
  const LinearModel model(1, true, make_squared_loss());
  EmpiricalRisk risk(data, model, Penalty(0, 1), {}, Execution(comm, 1));
  const double w = 0.7;
  const double b = -0.2;
  double sum_w = 0;
  double sum_b = 0;
  for (std::int64_t row = 0; row < made.rows; ++row) {
    const double x = testing::made_entry(made, row, 0);
    const double residual = w * x + b - testing::made_label(made, row);
    sum_w += residual * x;
    sum_b += residual;
  }
  Evaluation at;
  risk.evaluate(Vector{{w, b}}, Order::gradient, at);
  EXPECT_NEAR(at.gradient[0], sum_w / 50, 1e-14);
  EXPECT_NEAR(at.gradient[1], sum_b / 50, 1e-14);
}

}  // namespace
}  // namespace lockstep
