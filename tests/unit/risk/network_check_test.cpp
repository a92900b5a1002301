/// The check of curvature products against gradients on data that make it hard: columns of other units, saturated
/// units, kinks at the very point.
#include "model/network.h"
#include "objective/derivative_check.h"
#include "risk/empirical_risk.h"

#include <cmath>

#include "support/models.h"
#include "support/printing.h"
#include "support/problem_zoo.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using Kind = DerivativeCheck::Kind;
using testing::FormulaObjective;

/// Columns in the units 1, 10, …, 10^5: most units are saturated in most rows.
Dataset data_of_unequal_columns(Communicator& comm) {
  RawData raw = testing::made_share({.rows = 200, .features = 6}, testing::LabelStyle::three_classes, 0, 1);
  for (std::size_t i = 0; i < raw.block.dense.size(); ++i) {
    raw.block.dense[i] *= std::pow(10.0, static_cast<double>(i % 6));
  }
  return make_dataset(std::move(raw), {}, comm);
}

NetworkShape shape_of(Activation activation, NetworkLoss loss = NetworkLoss::cross_entropy) {
  return {.features = 6,
          .hidden = {5, 4},
          .outputs = 3,
          .activation = activation,
          .loss = loss,
          .precision = Scalar::float64};
}

DerivativeCheck product_check(Objective& objective, const Vector& w, std::uint64_t seed = 0) {
  const auto checks = check_derivatives(objective, w, {.has_hessian = false, .seed = seed});
  EXPECT_EQ(checks.back().kind, Kind::gradient_difference);
  return checks.back();
}

TEST(NetworkChecks, PassWhereMostUnitsAreSaturated) {
  SerialCommunicator comm;
  const Dataset data = data_of_unequal_columns(comm);
  for (const Activation activation : {Activation::tanh, Activation::sigmoid, Activation::gelu}) {
    for (const NetworkLoss loss : {NetworkLoss::cross_entropy, NetworkLoss::squared}) {
      const NetworkShape shape = shape_of(activation, loss);
      const Network network(shape);
      EmpiricalRisk risk(data, network, Penalty(0, network.penalised()), {}, Execution(comm, 1));
      for (std::uint64_t seed = 0; seed < 8; ++seed) {
        const Vector start = initial_parameters(shape, seed);
        for (const Vector& w : {start, random_point(risk, start, seed)}) {
          for (const DerivativeCheck& check : check_derivatives(risk, w, {.has_hessian = false, .seed = seed})) {
            EXPECT_TRUE(check.passed) << "activation " << static_cast<int>(activation) << ", seed " << seed
                                      << ", check " << static_cast<int>(check.kind) << ": " << check.measured;
          }
        }
      }
    }
  }
}

/// Rows that no unit of the first layer sees have margins of the second one at zero, where relu has its kink.
TEST(NetworkChecks, PassWhereThePointLiesOnAKink) {
  SerialCommunicator comm;
  const Dataset data = make_dataset(
      testing::made_share({.rows = 200, .features = 6}, testing::LabelStyle::three_classes, 0, 1), {}, comm);
  NetworkShape shape = shape_of(Activation::relu);
  shape.hidden = {2, 2};
  const Network network(shape);
  EmpiricalRisk risk(data, network, Penalty(0, network.penalised()), {}, Execution(comm, 1));
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const DerivativeSettings settings{.smoothness = Smoothness::kinked, .has_hessian = false, .seed = seed};
    for (const DerivativeCheck& check : check_derivatives(risk, initial_parameters(shape, seed), settings)) {
      EXPECT_TRUE(check.passed) << "seed " << seed << ", check " << static_cast<int>(check.kind) << ": "
                                << check.measured << " expected " << check.expected;
    }
  }
}

/// A network whose exact products are wrong.
class WrongNetwork final : public Model {
 public:
  /// Changes a leaf's product, which belongs to the network's Gauss–Newton matrix where `gauss_newton` says so.
  using Fault = std::function<void(std::span<double> product)>;
  WrongNetwork(const NetworkShape& shape, bool gauss_newton, Fault fault)
      : network_(shape), gauss_newton_(gauss_newton), fault_(std::move(fault)) {}

  Index dimension() const override { return network_.dimension(); }
  Index outputs() const override { return network_.outputs(); }
  Index penalised() const override { return network_.penalised(); }
  ParameterPlace place(Index j) const override { return network_.place(j); }
  Index intercept_beside(Index j) const override { return network_.intercept_beside(j); }
  bool has(PassKind kind) const override { return network_.has(kind); }
  Scalar precision() const override { return network_.precision(); }
  void prepare(const Vector& w, KernelParameters& to) const override { network_.prepare(w, to); }
  void add(const Pass& pass, const RowSet& rows, Partial& into, Workspace& scratch) const override {
    Pass wrong = pass;
    wrong.curvature = gauss_newton_ ? Curvature::gauss_newton : pass.curvature;
    network_.add(wrong, rows, into, scratch);
    if (pass.kind == PassKind::product) {
      fault_(into.payload<double>());
    }
  }
  bool keeps_margins() const override { return false; }

 private:
  Network network_;
  bool gauss_newton_;
  Fault fault_;
};

class WrongProductsOfANetwork : public ::testing::TestWithParam<Activation> {
 protected:
  /// The check at initial parameters finds the fault with every seed.
  void expect_found(bool gauss_newton, const WrongNetwork::Fault& fault, const std::string& what) {
    const WrongNetwork network(shape_, gauss_newton, fault);
    EmpiricalRisk risk(data_, network, Penalty(0, network.penalised()), {}, Execution(comm_, 1));
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      const DerivativeCheck check = product_check(risk, initial_parameters(shape_, seed), seed);
      EXPECT_FALSE(check.passed) << what << ", seed " << seed << ": " << check.measured;
    }
  }

  SerialCommunicator comm_;
  const Dataset data_ = make_dataset(
      testing::made_share({.rows = 200, .features = 6}, testing::LabelStyle::three_classes, 0, 1), {}, comm_);
  const NetworkShape shape_ = shape_of(GetParam());
};

TEST_P(WrongProductsOfANetwork, FailByAFactorNearOne) {
  for (const double error : {1e-3, 1e-4, 1e-5}) {
    expect_found(
        false,
        [&](std::span<double> product) {
          for (double& value : product) {
            value *= 1 + error;
          }
        },
        "factor");
  }
}

TEST_P(WrongProductsOfANetwork, FailWithoutTheWeightsOrBiasesOfOneLayer) {
  for (Index l = 0; l < shape_.layers(); ++l) {
    const Index out = shape_.units(l + 1);
    for (const auto& [begin, size] :
         {std::pair(shape_.weights_begin(l), out * shape_.units(l)), std::pair(shape_.biases_begin(l), out)}) {
      expect_found(
          false,
          [&, first = begin, count = size](std::span<double> product) {
            const auto block = product.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
            std::ranges::fill(block, 0.0);
          },
          "layer " + std::to_string(l));
    }
  }
}

TEST_P(WrongProductsOfANetwork, FailWhenTheyAreThoseOfGaussNewton) {
  expect_found(
      true, [](std::span<double>) {}, "Gauss–Newton");
}

INSTANTIATE_TEST_SUITE_P(Smooth, WrongProductsOfANetwork,
                         ::testing::Values(Activation::tanh, Activation::sigmoid, Activation::gelu));

/// Σ log cosh(a_j w_j), a_j = 10^(3j), the last entry of whose Hessian is wrong by `error`. F bends within 1e-9 of the
/// direction's length, and is straight elsewhere.
FormulaObjective sharp_bends(double error) {
  const Vector a{{1, 1e3, 1e6}};
  FormulaObjective objective{3,
                             {[a](const Vector& w) {
                                double sum = 0;
                                for (Index j = 0; j < 3; ++j) {
                                  const double z = std::abs(a[j] * w[j]);
                                  sum += z + std::log1p(std::exp(-2 * z)) - std::log(2.0);
                                }
                                return sum;
                              },
                              [a](const Vector& w) { return Vector((a.array() * (a.array() * w.array()).tanh())); },
                              [a, error](const Vector& w) {
                                Vector h = (a.array() / (a.array() * w.array()).cosh()).square();
                                h[2] *= 1 + error;
                                return Matrix(h.asDiagonal());
                              }}};
  objective.known.has_hessian_diagonal = false;
  return objective;
}

TEST(SharpBends, PassAndFailByTheProductAlone) {
  const Vector w{{0.3, 0.3e-3, -0.3e-6}};
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    FormulaObjective right = sharp_bends(0);
    const DerivativeCheck good = product_check(right, w, seed);
    EXPECT_TRUE(good.passed) << seed << ": " << good.measured;
    FormulaObjective wrong = sharp_bends(1e-4);
    const DerivativeCheck bad = product_check(wrong, w, seed);
    EXPECT_FALSE(bad.passed) << seed << ": " << bad.measured;
  }
}

}  // namespace
}  // namespace lockstep
