/// Right derivatives pass at every point, wrong ones fail; the same numbers on any ranks.
#include "objective/derivative_check.h"

#include "lockstep/base/errors.h"
#include "model/network.h"
#include "risk/empirical_risk.h"

#include <algorithm>
#include <cmath>

#include "support/models.h"
#include "support/problem_zoo.h"
#include "support/thread_communicator.h"
#include <gtest/gtest.h>

namespace lockstep {

void PrintTo(const DerivativeCheck& check, std::ostream* out) {
  *out << "check " << static_cast<int>(check.kind) << ": " << check.measured << " expected " << check.expected << " ± "
       << check.tolerance << (check.at_rounding ? ", at rounding" : "");
}

namespace {

using Kind = DerivativeCheck::Kind;
using testing::FormulaObjective;
using testing::MadeData;
using testing::ModelCase;

Smoothness smoothness_of(const ModelCase& test) {
  return test.has_second_order       ? Smoothness::smooth
         : test.name == "perceptron" ? Smoothness::kinked
                                     : Smoothness::kinked_gradient;
}

MadeData made(bool sparse) {
  return {.rows = 400, .features = sparse ? 24 : 6, .sparse = sparse, .weights = true};
}

void expect_all_pass(const std::vector<DerivativeCheck>& checks) {
  for (const DerivativeCheck& check : checks) {
    EXPECT_TRUE(check.passed) << ::testing::PrintToString(check);
  }
}

const DerivativeCheck& of_kind(const std::vector<DerivativeCheck>& checks, Kind kind) {
  return *std::ranges::find(checks, kind, &DerivativeCheck::kind);
}

/// Checks at a random point of a model on made data.
std::vector<DerivativeCheck> checks_of(const ModelCase& test, bool sparse, double l2, std::uint64_t seed,
                                       Communicator& comm) {
  const Dataset data = make_dataset(testing::made_share(made(sparse), test.labels, comm.rank(), comm.size()), {}, comm);
  const auto model = test.make(data.features);
  EmpiricalRisk risk(data, *model, Penalty(l2, model->penalised()), {}, Execution(comm, 1));
  const Vector w = random_point(risk, Vector::Zero(risk.dimension()), seed);
  return check_derivatives(risk, w, {.smoothness = smoothness_of(test), .seed = seed});
}

class DerivativesOfEveryLinearModel : public ::testing::TestWithParam<std::tuple<ModelCase, bool>> {};

TEST_P(DerivativesOfEveryLinearModel, PassAtRandomPoints) {
  const auto& [test, sparse] = GetParam();
  SerialCommunicator comm;
  for (const double l2 : {0.0, 0.01}) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      SCOPED_TRACE(::testing::Message() << "l2 " << l2 << ", seed " << seed);
      const auto checks = checks_of(test, sparse, l2, seed, comm);
      expect_all_pass(checks);
      EXPECT_EQ(checks.size(), test.has_second_order ? 5u : 4u);
    }
  }
}

TEST_P(DerivativesOfEveryLinearModel, GiveTheSameNumbersOnEveryNumberOfRanks) {
  const auto& [test, sparse] = GetParam();
  SerialCommunicator serial;
  const auto expected = checks_of(test, sparse, 0.01, 7, serial);
  for (const int ranks : {2, 3}) {
    testing::run_ranks(ranks, [&, &test = test, &sparse = sparse](Communicator& comm) {
      const auto checks = checks_of(test, sparse, 0.01, 7, comm);
      ASSERT_EQ(checks.size(), expected.size());
      for (std::size_t i = 0; i < checks.size(); ++i) {
        EXPECT_EQ(checks[i].measured, expected[i].measured) << ranks;
        EXPECT_EQ(checks[i].expected, expected[i].expected) << ranks;
      }
    });
  }
}

INSTANTIATE_TEST_SUITE_P(Models, DerivativesOfEveryLinearModel,
                         ::testing::Combine(::testing::ValuesIn(testing::linear_models()), ::testing::Bool()),
                         [](const auto& parameter) {
                           return std::get<0>(parameter.param).name +
                                  (std::get<1>(parameter.param) ? "Sparse" : "Dense");
                         });

/// A network has no explicit Hessian: its products are held against differences of the gradient.
TEST(DerivativesOfANetwork, PassForEveryActivation) {
  SerialCommunicator comm;
  const Dataset data =
      make_dataset(testing::made_share(made(false), testing::LabelStyle::three_classes, 0, 1), {}, comm);
  for (const Activation activation : {Activation::relu, Activation::tanh, Activation::sigmoid, Activation::gelu}) {
    const NetworkShape shape{
        .features = 6, .hidden = {8, 5}, .outputs = 3, .activation = activation, .precision = Scalar::float64};
    const Network network(shape);
    EmpiricalRisk risk(data, network, Penalty(0.001, network.penalised()), {}, Execution(comm, 1));
    const bool has_kinks = activation == Activation::relu;
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      SCOPED_TRACE(::testing::Message() << "activation " << static_cast<int>(activation) << ", seed " << seed);
      const DerivativeSettings settings{
          .smoothness = has_kinks ? Smoothness::kinked : Smoothness::smooth, .has_hessian = false, .seed = seed};
      const Vector start = initial_parameters(shape, seed);
      expect_all_pass(check_derivatives(risk, start, settings));
      const auto checks = check_derivatives(risk, random_point(risk, start, seed), settings);
      expect_all_pass(checks);
      EXPECT_EQ(checks.back().kind, has_kinks ? Kind::hessian_symmetry : Kind::gradient_difference);
    }
  }
}

TEST(DerivativesOfTheZoo, PassFarFromAndAtTheOptimum) {
  FormulaObjective rosenbrock = testing::rosenbrock();
  FormulaObjective barrier = testing::log_barrier(4);
  FormulaObjective bowl = testing::quadratic(Matrix{{2, 0.3}, {0.3, 1e-4}}, Vector{{1, 2}});
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    expect_all_pass(check_derivatives(rosenbrock, Vector{{-1.2, 1}}, {.seed = seed}));
    expect_all_pass(check_derivatives(rosenbrock, Vector{{1, 1}}, {.seed = seed}));
    expect_all_pass(check_derivatives(barrier, Vector{{0.5, 1, 3, 0.01}}, {.seed = seed}));
    expect_all_pass(check_derivatives(barrier, Vector::Ones(4), {.seed = seed}));
    expect_all_pass(check_derivatives(bowl, Vector{{3, -4}}, {.seed = seed}));
  }
}

/// Its third derivatives are zero, so what is left beside the Hessian is rounding.
TEST(DerivativesOfAQuadratic, HaveARemainderAtRoundingLevel) {
  FormulaObjective bowl = testing::quadratic(Matrix{{2, 0.5}, {0.5, 1}}, Vector{{1, 2}});
  const auto checks = check_derivatives(bowl, Vector{{3, -4}}, {});
  EXPECT_NEAR(of_kind(checks, Kind::gradient_slope).measured, 2, 1e-3);
  EXPECT_TRUE(of_kind(checks, Kind::hessian_slope).at_rounding);
}

/// A right value with derivatives that are wrong in one entry.
FormulaObjective wrong_rosenbrock(double gradient_error, double hessian_error) {
  return {2,
          {[](const Vector& w) { return 100 * std::pow(w[1] - w[0] * w[0], 2) + std::pow(1 - w[0], 2); },
           [=](const Vector& w) {
             return Vector{{-400 * w[0] * (w[1] - w[0] * w[0]) - 2 * (1 - w[0]),
                            200 * (w[1] - w[0] * w[0]) * (1 + gradient_error)}};
           },
           [=](const Vector& w) {
             return Matrix{{1200 * w[0] * w[0] - 400 * w[1] + 2, -400 * w[0] * (1 + hessian_error)},
                           {-400 * w[0] * (1 + hessian_error), 200}};
           }}};
}

TEST(WrongDerivatives, OfTheGradientFailWithSlopeOne) {
  for (const double error : {1.0, 1e-2, 1e-4}) {
    FormulaObjective wrong = wrong_rosenbrock(error, 0);
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const auto checks = check_derivatives(wrong, Vector{{-1.2, 1}}, {.seed = seed});
      EXPECT_FALSE(of_kind(checks, Kind::gradient_slope).passed) << error;
      EXPECT_NEAR(of_kind(checks, Kind::gradient_slope).measured, 1, 0.2) << error;
      EXPECT_FALSE(of_kind(checks, Kind::directional_derivative).passed) << error;
    }
  }
}

TEST(WrongDerivatives, OfTheGradientFailForFunctionsWithKinksAsWell) {
  FormulaObjective wrong = wrong_rosenbrock(0.01, 0);
  const auto checks = check_derivatives(wrong, Vector{{-1.2, 1}}, {.smoothness = Smoothness::kinked});
  EXPECT_FALSE(of_kind(checks, Kind::gradient_slope).passed);
}

TEST(WrongDerivatives, OfTheHessianFailWithSlopeTwo) {
  for (const double error : {1.0, 1e-2, 1e-3}) {
    FormulaObjective wrong = wrong_rosenbrock(0, error);
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const auto checks = check_derivatives(wrong, Vector{{-1.2, 1}}, {.has_hessian = false, .seed = seed});
      EXPECT_TRUE(of_kind(checks, Kind::gradient_slope).passed) << error;
      EXPECT_NEAR(of_kind(checks, Kind::hessian_slope).measured, 2, 0.4) << error;
      EXPECT_FALSE(of_kind(checks, Kind::hessian_slope).passed) << error;
      EXPECT_FALSE(of_kind(checks, Kind::gradient_difference).passed) << error;
    }
  }
}

/// Curvature products that do not belong to the explicit Hessian, and are not symmetric.
class SkewProducts final : public FormulaObjective {
 public:
  explicit SkewProducts(double error) : FormulaObjective(testing::rosenbrock()), error_(error) {}
  bool curvature_product(const Vector& w, const Vector& v, Curvature kind, Vector& product) override {
    const bool stop = FormulaObjective::curvature_product(w, v, kind, product);
    product[0] += error_ * v[1];
    return stop;
  }

 private:
  double error_;
};

TEST(WrongDerivatives, OfProductsFailSymmetryAndTheExplicitHessian) {
  SkewProducts wrong(1e-3);
  const auto checks = check_derivatives(wrong, Vector{{-1.2, 1}}, {});
  EXPECT_FALSE(of_kind(checks, Kind::hessian_symmetry).passed);
  EXPECT_FALSE(of_kind(checks, Kind::hessian_product).passed);
  EXPECT_TRUE(of_kind(checks, Kind::gradient_slope).passed);
}

TEST(DerivativeChecks, RefuseAPointWhereTheObjectiveIsNotFinite) {
  FormulaObjective barrier = testing::log_barrier(2);
  EXPECT_THROW(check_derivatives(barrier, Vector{{1, -1}}, {}), NumericalStop);
}

/// Columns of sizes 1e-4 to 1e6: the random point has moderate margins all the same.
TEST(DerivativeChecks, CopeWithBadlyScaledColumns) {
  SerialCommunicator comm;
  for (const ModelCase& test : testing::linear_models()) {
    RawData raw = testing::made_share(made(false), test.labels, 0, 1);
    for (std::size_t i = 0; i < raw.block.dense.size(); ++i) {
      raw.block.dense[i] *= std::pow(10.0, 2 * static_cast<double>(i % 6) - 4);
    }
    const Dataset data = make_dataset(std::move(raw), {}, comm);
    const auto model = test.make(data.features);
    EmpiricalRisk risk(data, *model, Penalty(0, model->penalised()), {}, Execution(comm, 1));
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      SCOPED_TRACE(::testing::Message() << test.name << ", seed " << seed);
      const Vector w = random_point(risk, Vector::Zero(risk.dimension()), seed);
      expect_all_pass(check_derivatives(risk, w, {.smoothness = smoothness_of(test), .seed = seed}));
    }
  }
}

}  // namespace
}  // namespace lockstep
