/// Every activation × loss × depth against a plain loop over rows, finite differences and an explicit JᵀHJ.
#include "base/lanes.h"

#include <ostream>
#include <tuple>

#include "network_fixture.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::made_row;
using testing::made_weight;
using testing::MadeData;
using testing::naive_loss;
using testing::naive_sums;
using testing::NaiveRow;
using testing::relative_difference;
using testing::some_point;
using testing::Sums;
using Fixture = testing::NetworkFixture;

struct Case {
  std::string name;
  NetworkShape shape;
  friend void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }
};

std::vector<Case> every_case() {
  std::vector<Case> cases;
  const std::vector<std::pair<std::string, Activation>> activations = {{"relu", Activation::relu},
                                                                       {"tanh", Activation::tanh},
                                                                       {"sigmoid", Activation::sigmoid},
                                                                       {"gelu", Activation::gelu}};
  const std::vector<std::tuple<std::string, NetworkLoss, Index>> losses = {
      {"cross_entropy", NetworkLoss::cross_entropy, 3},
      {"squared", NetworkLoss::squared, 1},
      {"squared_classes", NetworkLoss::squared, 4}};
  for (const auto& [activation_name, activation] : activations) {
    for (const auto& [loss_name, loss, outputs] : losses) {
      for (const std::vector<Index>& hidden : {std::vector<Index>{}, {9}, {17, 5}}) {
        cases.push_back({activation_name + "_" + loss_name + "_" + std::to_string(hidden.size()),
                         {11, hidden, outputs, activation, loss, Scalar::float64}});
      }
    }
  }
  return cases;
}

/// Without kinks, and without the quadratics that are their own Taylor polynomials.
std::vector<Case> smooth_cases() {
  std::vector<Case> cases = every_case();
  std::erase_if(cases, [](const Case& test) {
    return test.shape.activation == Activation::relu ||
           (test.shape.hidden.empty() && test.shape.loss == NetworkLoss::squared);
  });
  return cases;
}

class NetworkPasses : public ::testing::TestWithParam<Case> {};
class SmoothNetworkPasses : public ::testing::TestWithParam<Case> {};

TEST_P(NetworkPasses, AgreeWithThePlainLoop) {
  for (const Scalar precision : {Scalar::float64, Scalar::float32}) {
    for (const MadeData& made :
         {MadeData{.rows = 150, .features = 11, .weights = true}, MadeData{.rows = 67, .features = 11, .sparse = true},
          MadeData{.rows = 1, .features = 11}}) {
      NetworkShape shape = GetParam().shape;
      shape.precision = precision;
      Fixture fixture(made, shape, made.weights ? Access::full_batch : Access::mini_batch);
      const Vector w = some_point(shape.parameters(), 0.4);
      Margins margins(static_cast<std::size_t>(made.rows * shape.outputs), 1e300);
      const Sums seen = fixture.sums(w, PassKind::gradient, &margins);
      const Sums naive = naive_sums(made, fixture, w);
      const double tolerance = precision == Scalar::float64 ? 1e-13 : 2e-5;
      EXPECT_EQ(seen.weight, naive.weight);
      EXPECT_EQ(seen.mistakes, naive.mistakes);
      EXPECT_NEAR(seen.loss, naive.loss, tolerance * (1 + naive.loss));
      EXPECT_LT(relative_difference(seen.payload, naive.payload), tolerance);
      EXPECT_EQ(fixture.sums(w, PassKind::value).loss, seen.loss);
      for (std::int64_t row = 0; row < made.rows; ++row) {
        const NaiveRow pass(shape, w, made_row(made, row));
        for (Index k = 0; k < shape.outputs; ++k) {
          EXPECT_NEAR(margins[static_cast<std::size_t>(row * shape.outputs + k)], pass.z.back()[k], 10 * tolerance);
        }
      }
    }
  }
}

TEST_P(NetworkPasses, GiveTheSlopeOfFiniteDifferences) {
  Fixture fixture({.rows = 40, .features = 11}, GetParam().shape);
  const Index p = fixture.model.dimension();
  const Vector w = some_point(p, 0.4);
  const Vector gradient = fixture.sums(w).payload;
  const double h = 1e-5;
  for (Index j = 0; j < p; j += 7) {
    Vector step = Vector::Zero(p);
    step[j] = h;
    const double slope =
        (fixture.sums(w + step, PassKind::value).loss - fixture.sums(w - step, PassKind::value).loss) / (2 * h);
    EXPECT_NEAR(gradient[j], slope, 1e-6 * (1 + gradient.norm())) << j;
  }
}

TEST_P(NetworkPasses, GiveTheExactProductOfFiniteDifferences) {
  Fixture fixture({.rows = 40, .features = 11, .weights = true}, GetParam().shape);
  const Index p = fixture.model.dimension();
  const Vector w = some_point(p, 0.4);
  const Vector v = some_point(p, 1, 0.5);
  const double h = 1e-6;
  const Vector difference = (fixture.sums(w + h * v).payload - fixture.sums(w - h * v).payload) / (2 * h);
  EXPECT_LT(relative_difference(fixture.product(w, v, Curvature::exact), difference), 1e-7);
}

TEST_P(NetworkPasses, GiveTheGaussNewtonProductOfTheExplicitJacobian) {
  const MadeData made{.rows = 20, .features = 11, .weights = true};
  Fixture fixture(made, GetParam().shape);
  const NetworkShape& shape = fixture.model.network_shape();
  const Index p = shape.parameters();
  const Vector w = some_point(p, 0.4);
  const Vector v = some_point(p, 1, 0.5);
  Vector expected = Vector::Zero(p);
  for (std::int64_t row = 0; row < made.rows; ++row) {
    const NaiveRow pass(shape, w, made_row(made, row));
    Matrix jacobian(shape.outputs, p);
    for (Index k = 0; k < shape.outputs; ++k) {
      jacobian.row(k) = pass.pull_back(Vector::Unit(shape.outputs, k)).transpose();
    }
    const Matrix hessian =
        naive_loss(shape.loss, pass.z.back(), fixture.data.label[static_cast<std::size_t>(row)]).hessian;
    expected += made_weight(made, row) * (jacobian.transpose() * (hessian * (jacobian * v)));
  }
  EXPECT_LT(relative_difference(fixture.product(w, v, Curvature::gauss_newton), expected), 1e-12);
  if (shape.hidden.empty()) {
    EXPECT_LT(relative_difference(fixture.product(w, v, Curvature::exact), expected), 1e-12);
  }
}

TEST_P(NetworkPasses, GiveSymmetricProducts) {
  Fixture fixture({.rows = 40, .features = 11}, GetParam().shape);
  const Index p = fixture.model.dimension();
  const Vector w = some_point(p, 0.4);
  const Vector u = some_point(p, 1, 0.5);
  const Vector v = some_point(p, 1, 2.5);
  for (const Curvature kind : {Curvature::exact, Curvature::gauss_newton}) {
    const Vector hu = fixture.product(w, u, kind);
    EXPECT_NEAR(dot(v, hu), dot(u, fixture.product(w, v, kind)), 1e-12 * norm(v) * norm(hu));
    EXPECT_TRUE(kind == Curvature::exact || dot(u, hu) >= 0);
  }
}

/// |f(w + hv) − f − h⟨∇f,v⟩| falls with slope 2, with ½h²vᵀHv taken off with slope 3.
TEST_P(SmoothNetworkPasses, FollowTaylorWithSlopesTwoAndThree) {
  const NetworkShape& shape = GetParam().shape;
  Fixture fixture({.rows = 40, .features = 11}, shape);
  const Vector w = some_point(shape.parameters(), 0.4);
  const Vector v = some_point(shape.parameters(), 1, 0.5);
  const Sums at = fixture.sums(w);
  const double curvature = dot(v, fixture.product(w, v, Curvature::exact));
  const auto remainders = [&](double h) {
    const double first = fixture.sums(w + h * v, PassKind::value).loss - at.loss - h * dot(at.payload, v);
    return std::pair(std::abs(first), std::abs(first - 0.5 * h * h * curvature));
  };
  const auto [first_1, second_1] = remainders(2e-3);
  const auto [first_2, second_2] = remainders(1e-3);
  EXPECT_NEAR(std::log2(first_1 / first_2), 2, 0.1);
  EXPECT_NEAR(std::log2(second_1 / second_2), 3, 0.1);
}

INSTANTIATE_TEST_SUITE_P(Shapes, NetworkPasses, ::testing::ValuesIn(every_case()),
                         [](const auto& parameter) { return parameter.param.name; });
INSTANTIATE_TEST_SUITE_P(Shapes, SmoothNetworkPasses, ::testing::ValuesIn(smooth_cases()),
                         [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace lockstep
