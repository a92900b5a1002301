/// Minimum, saddle or not stationary; eigenvalues against dense ones and against closed forms.
#include "optim/certificate.h"

#include "base/random.h"
#include "model/network.h"
#include "risk/empirical_risk.h"

#include <algorithm>
#include <cmath>

#include "support/models.h"
#include "support/problem_zoo.h"
#include "support/thread_communicator.h"
#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::FormulaObjective;
using testing::MadeData;
using testing::ModelCase;

TEST(Certificate, TellsASaddleFromAMinimumFromNeither) {
  FormulaObjective well = testing::saddle();
  const Vector start{{1, 1}};
  const Certificate saddle = certify(well, Vector::Zero(2), {});
  EXPECT_EQ(saddle.verdict, Verdict::saddle);
  EXPECT_NEAR(saddle.spectrum.smallest, -2, 1e-14);
  EXPECT_NEAR(saddle.spectrum.largest, 2, 1e-14);
  EXPECT_EQ(saddle.gradient_norm, 0);
  const Certificate minimum = certify(well, Vector{{0, std::sqrt(0.5)}}, {});
  EXPECT_EQ(minimum.verdict, Verdict::minimum);
  EXPECT_NEAR(minimum.objective, -0.25, 1e-15);
  EXPECT_NEAR(minimum.spectrum.smallest, 2, 1e-14);
  EXPECT_NEAR(minimum.spectrum.largest, 4, 1e-14);
  EXPECT_EQ(certify(well, start, {}).verdict, Verdict::not_stationary);
}

TEST(Certificate, UsesTheToleranceOfTraining) {
  FormulaObjective bowl = testing::quadratic(Matrix::Identity(2, 2), Vector{{1, 0}});  // F* = −½
  const Vector near{{1 + 8e-7, 0}};
  EXPECT_EQ(certify(bowl, near, {.tolerance = 1e-6}).verdict, Verdict::minimum);
  EXPECT_EQ(certify(bowl, near, {.tolerance = 5e-7}).verdict, Verdict::not_stationary);
  EXPECT_NEAR(certify(bowl, near, {.tolerance = 1e-6}).decrement, 8e-7, 1e-9);
}

/// The quadratic with these eigenvalues in a random basis.
FormulaObjective with_eigenvalues(const Vector& values) {
  RandomStream random(3, 0, 0);
  Matrix basis(values.size(), values.size());
  for (double& x : basis.reshaped()) {
    x = random.normal();
  }
  const Matrix q = Eigen::HouseholderQR<Matrix>(basis).householderQ();
  return testing::quadratic(q * values.asDiagonal() * q.transpose(), Vector::Zero(values.size()));
}

TEST(Spectrum, ByLanczosIsThatOfTheDenseSolver) {
  const Index p = 200;
  for (const double smallest : {-3.0, -1e-3, 0.0, 1e-3}) {
    Vector values = Vector::LinSpaced(p, 0.5, 40);
    values[7] = smallest;
    FormulaObjective bowl = with_eigenvalues(values);
    const Vector w = Vector::Zero(p);
    const Certificate dense = certify(bowl, w, {.spectrum = {.dense_limit = p}});
    const Certificate lanczos = certify(bowl, w, {.spectrum = {.dense_limit = 0}});
    EXPECT_TRUE(lanczos.spectrum.converged);
    EXPECT_NEAR(lanczos.spectrum.smallest, smallest, lanczos.spectrum.accuracy);
    EXPECT_NEAR(lanczos.spectrum.largest, 40, lanczos.spectrum.accuracy);
    EXPECT_NEAR(dense.spectrum.smallest, smallest, 1e-12);
    EXPECT_NEAR(dense.spectrum.largest, 40, 1e-12);
    EXPECT_EQ(lanczos.verdict == Verdict::saddle, smallest < 0) << smallest;
    EXPECT_EQ(dense.verdict == Verdict::saddle, smallest < 0) << smallest;
    EXPECT_LT(lanczos.spectrum.products, 2 * p);
  }
}

/// A Krylov space that ends early: three eigenvalues only, and a Hessian of zero.
TEST(Spectrum, ByLanczosCopesWithFewDistinctEigenvalues) {
  const Index p = 60;
  Vector values = Vector::Constant(p, 1.0);
  values[0] = 5;
  values[1] = -2;
  FormulaObjective bowl = with_eigenvalues(values);
  const Vector w = Vector::Zero(p);
  const Spectrum few = certify(bowl, w, {.spectrum = {.dense_limit = 0}}).spectrum;
  EXPECT_NEAR(few.smallest, -2, 1e-6);
  EXPECT_NEAR(few.largest, 5, 1e-6);
  for (const double all : {0.0, 3.0}) {
    FormulaObjective same = with_eigenvalues(Vector::Constant(p, all));
    const Spectrum one = certify(same, w, {.spectrum = {.dense_limit = 0}}).spectrum;
    EXPECT_TRUE(one.converged);
    EXPECT_NEAR(one.smallest, all, 1e-6);
    EXPECT_NEAR(one.largest, all, 1e-6);
  }
}

TEST(Spectrum, SaysWhenLanczosRanOutOfRestarts) {
  const Index p = 400;
  Vector values(p);
  for (Index j = 0; j < p; ++j) {
    values[j] = std::pow(10.0, -10 * static_cast<double>(j) / static_cast<double>(p));
  }
  FormulaObjective bowl = with_eigenvalues(values);
  const Vector w = Vector::Zero(p);
  CertificateSettings settings{.spectrum = {.dense_limit = 0, .accuracy = 1e-13, .restarts = 1}};
  const Certificate unknown = certify(bowl, w, settings);
  EXPECT_FALSE(unknown.spectrum.converged);
  EXPECT_EQ(unknown.verdict, Verdict::undetermined);
  EXPECT_GE(unknown.spectrum.smallest, values[p - 1]) << "a Rayleigh quotient bounds it from above";
  EXPECT_LE(unknown.spectrum.largest, 1 + 1e-12);
  settings.is_convex = true;
  EXPECT_EQ(certify(bowl, w, settings).verdict, Verdict::minimum);
}

/// Damped Newton steps to the optimum of a linear model.
Vector minimiser(EmpiricalRisk& risk) {
  Vector w = Vector::Zero(risk.dimension());
  Evaluation at;
  for (int i = 0; i < 60; ++i) {
    risk.evaluate(w, Order::hessian, at);
    risk.fill_invariant(at.hessian);
    Matrix h(w.size(), w.size());
    for (Index r = 0; r < w.size(); ++r) {
      for (Index c = 0; c < w.size(); ++c) {
        h(r, c) = at.hessian(r, c);
      }
    }
    Vector step = -h.ldlt().solve(at.gradient);
    Evaluation there;
    for (int half = 0; half < 40; ++half) {
      risk.evaluate(w + step, Order::value, there);
      if (there.value <= at.value) {
        w += step;
        break;
      }
      step *= 0.5;
    }
  }
  return w;
}

struct Measured {
  Certificate dense, lanczos;
};

class OptimumOfEveryLinearModel : public ::testing::TestWithParam<std::tuple<ModelCase, bool>> {
 protected:
  static Measured measure(const ModelCase& test, bool sparse, const Vector& w, double l2, Communicator& comm) {
    const MadeData made{.rows = 400, .features = sparse ? 24 : 6, .sparse = sparse, .weights = true};
    const Dataset data = make_dataset(testing::made_share(made, test.labels, comm.rank(), comm.size()), {}, comm);
    const auto model = test.make(data.features);
    EmpiricalRisk risk(data, *model, Penalty(l2, model->penalised()), {}, Execution(comm, 1));
    const Vector start = Vector::Zero(risk.dimension());
    const Vector at = w.size() == 0 ? minimiser(risk) : w;
    CertificateSettings settings{.tolerance = 1e-7};
    const Certificate dense = certify(risk, at, settings);
    settings.spectrum.dense_limit = 0;
    return {dense, certify(risk, at, settings)};
  }
};

/// Also softmax, whose common shift of the intercepts is no zero eigenvalue: with l2 the smallest is positive.
TEST_P(OptimumOfEveryLinearModel, IsAMinimumWithPositiveCurvature) {
  const auto& [test, sparse] = GetParam();
  if (test.name == "perceptron") {
    return;  // its optimum lies on a kink
  }
  SerialCommunicator comm;
  const Measured with_l2 = measure(test, sparse, Vector(), 0.01, comm);
  EXPECT_EQ(with_l2.dense.verdict, Verdict::minimum) << with_l2.dense.gradient_norm;
  EXPECT_EQ(with_l2.lanczos.verdict, Verdict::minimum);
  EXPECT_GT(with_l2.dense.spectrum.smallest, 0.001);
  EXPECT_NEAR(with_l2.dense.spectrum.smallest, with_l2.lanczos.spectrum.smallest, with_l2.lanczos.spectrum.accuracy);
  EXPECT_NEAR(with_l2.dense.spectrum.largest, with_l2.lanczos.spectrum.largest, with_l2.lanczos.spectrum.accuracy);
  const Measured without = measure(test, sparse, Vector(), 0, comm);
  EXPECT_EQ(without.dense.verdict, Verdict::minimum) << without.dense.gradient_norm;
  EXPECT_GT(without.dense.spectrum.smallest, 1e-7) << "the shift of the coefficients does not count";
}

TEST_P(OptimumOfEveryLinearModel, HasNoNegativeCurvatureAnywhere) {
  const auto& [test, sparse] = GetParam();
  SerialCommunicator comm;
  const Index p = test.make(sparse ? 24 : 6)->dimension();
  const Measured at = measure(test, sparse, Vector::LinSpaced(p, -0.3, 0.4), 0, comm);
  EXPECT_GE(at.dense.spectrum.smallest, -at.dense.rounding);
  EXPECT_GE(at.lanczos.spectrum.smallest, -at.lanczos.rounding);
  EXPECT_EQ(at.dense.verdict, Verdict::not_stationary);
}

TEST_P(OptimumOfEveryLinearModel, GivesTheSameNumbersOnEveryNumberOfRanks) {
  const auto& [test, sparse] = GetParam();
  SerialCommunicator serial;
  const Vector w = Vector::LinSpaced(test.make(sparse ? 24 : 6)->dimension(), -0.3, 0.4);
  const Measured expected = measure(test, sparse, w, 0.01, serial);
  for (const int ranks : {2, 3}) {
    testing::run_ranks(ranks, [&, &test = test, &sparse = sparse](Communicator& comm) {
      const Measured got = measure(test, sparse, w, 0.01, comm);
      EXPECT_EQ(got.dense.gradient_norm, expected.dense.gradient_norm);
      EXPECT_EQ(got.dense.spectrum.smallest, expected.dense.spectrum.smallest);
      EXPECT_EQ(got.lanczos.spectrum.smallest, expected.lanczos.spectrum.smallest);
      EXPECT_EQ(got.lanczos.spectrum.largest, expected.lanczos.spectrum.largest);
      EXPECT_EQ(got.lanczos.spectrum.products, expected.lanczos.spectrum.products);
    });
  }
}

INSTANTIATE_TEST_SUITE_P(Models, OptimumOfEveryLinearModel,
                         ::testing::Combine(::testing::ValuesIn(testing::linear_models()), ::testing::Bool()),
                         [](const auto& parameter) {
                           return std::get<0>(parameter.param).name +
                                  (std::get<1>(parameter.param) ? "Sparse" : "Dense");
                         });

/// ½ (w − c)² summed, plus l1 ‖w‖₁: solved by soft thresholds. Only the coefficients that are not zero may curve.
class SoftThreshold final : public FormulaObjective {
 public:
  SoftThreshold() : FormulaObjective(testing::quadratic(Vector{{2, -7, 3}}.asDiagonal(), Vector{{3, 0.5, 1}})) {
    known.l1 = testing::uniform_l1(1, 2, 3);
  }
};

TEST(CertificateWithL1, UsesTheLeastSubgradientAndTheSupport) {
  SoftThreshold objective;
  const Certificate optimum = certify(objective, Vector{{1, 0, 1.0 / 3}}, {});
  EXPECT_NEAR(optimum.gradient_norm, 0, 1e-15);
  EXPECT_NEAR(optimum.objective, 0.5 * 2 - 3 + 1.0 / 6 - 1.0 / 3 + 1, 1e-15);
  EXPECT_EQ(optimum.verdict, Verdict::minimum) << "the curvature −7 is that of a coefficient held at zero";
  EXPECT_NEAR(optimum.spectrum.smallest, 2, 1e-14);
  EXPECT_NEAR(optimum.spectrum.largest, 3, 1e-14);
  EXPECT_EQ(certify(objective, Vector{{1.5, 0, 1.0 / 3}}, {}).verdict, Verdict::not_stationary);
}

/// Two classes in equal numbers at ±1 with both labels at each place in an "exclusive or": all parameters zero have
/// gradient zero, and the network can do better.
class ExclusiveOr : public ::testing::Test {
 protected:
  static Dataset data(Communicator& comm) {
    RawData raw;
    RowBlock& block = raw.block;
    const std::int64_t rows = 64;
    raw.total_rows = rows;
    block.first_row = proportional_cut(comm.rank(), comm.size(), rows);
    block.rows = proportional_cut(comm.rank() + 1, comm.size(), rows) - block.first_row;
    block.features = 2;
    block.is_dense = true;
    for (std::int64_t row = block.first_row; row < block.first_row + block.rows; ++row) {
      const double a = row % 2 == 0 ? 1 : -1;
      const double b = row % 4 < 2 ? 1 : -1;
      block.dense.insert(block.dense.end(), {a, b});
      block.label.push_back(a * b > 0 ? 1 : 0);
    }
    raw.schema.set_class_names({"0", "1"});
    return make_dataset(std::move(raw), {}, comm);
  }
};

/// With zero weights in front, the gradient vanishes; weights that make use of both inputs have negative curvature.
TEST_F(ExclusiveOr, MakesAFlatNetworkASaddle) {
  std::vector<double> smallest;
  for (const int ranks : {1, 2, 3}) {
    testing::run_ranks(ranks, [&](Communicator& comm) {
      const Dataset rows = data(comm);
      const NetworkShape shape{
          .features = 2, .hidden = {3}, .outputs = 2, .activation = Activation::gelu, .precision = Scalar::float64};
      const Network network(shape);
      EmpiricalRisk risk(rows, network, Penalty(0, network.penalised()), {}, Execution(comm, 1));
      Vector w = Vector::Zero(network.dimension());
      w[shape.weights_begin(1)] = 1;  // one unit counts for class 0, against class 1
      w[shape.weights_begin(1) + 1] = -1;
      w[shape.biases_begin(0)] = 0.3;
      // what the unit says at zero input is taken back by the bias of the output
      const double unit = 0.3 * 0.5 * (1 + std::erf(0.3 / std::sqrt(2.0)));
      w[shape.biases_begin(1)] = -unit;
      w[shape.biases_begin(1) + 1] = unit;
      for (const Index dense_limit : {0, 128}) {
        const Certificate at = certify(risk, w, {.spectrum = {.dense_limit = dense_limit}});
        EXPECT_LT(at.gradient_norm, 1e-15);
        EXPECT_EQ(at.verdict, Verdict::saddle) << at.spectrum.smallest;
        EXPECT_NEAR(at.objective, std::log(2.0), 1e-15);
        if (comm.rank() == 0) {
          smallest.push_back(at.spectrum.smallest);
        }
      }
    });
  }
  ASSERT_EQ(smallest.size(), 6u);
  EXPECT_EQ(smallest[0], smallest[2]);
  EXPECT_EQ(smallest[0], smallest[4]);
  EXPECT_EQ(smallest[1], smallest[3]);
  EXPECT_EQ(smallest[1], smallest[5]);
  EXPECT_NEAR(smallest[0], smallest[1], 1e-6);
}

}  // namespace
}  // namespace lockstep
