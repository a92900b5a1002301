/// What networks promise beyond their derivatives: weights, layouts, guesses, extreme margins, initial parameters.
#include "lockstep/base/errors.h"
#include "lockstep/comm/communicator.h"

#include "network_fixture.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::labelled;
using testing::MadeData;
using testing::naive_sums;
using testing::relative_difference;
using testing::some_point;
using testing::Sums;
using Fixture = testing::NetworkFixture;

const NetworkShape kSmall{7, {16, 8}, 3, Activation::gelu, NetworkLoss::cross_entropy, Scalar::float64};

long double exact_activation(Activation kind, long double z) {
  switch (kind) {
    case Activation::relu:
      return z > 0 ? z : 0;
    case Activation::tanh:
      return tanhl(z);
    case Activation::sigmoid:
      return 1 / (1 + expl(-z));
    case Activation::gelu:
      break;
  }
  return 0.5L * z * erfcl(-z / sqrtl(2.0L));
}

/// One unit of weight 1 shows f(x) as its margin. e^{−z²/2} alone is uncertain by z² half units in the last place.
TEST(Activations, AreAccurateToTheLastDigits) {
  for (const Activation activation : {Activation::relu, Activation::tanh, Activation::sigmoid, Activation::gelu}) {
    for (const Scalar precision : {Scalar::float32, Scalar::float64}) {
      Fixture fixture({.rows = 2001, .features = 1}, {1, {1}, 1, activation, NetworkLoss::squared, precision});
      RawData raw = labelled({.rows = 2001, .features = 1}, 0);
      for (std::size_t i = 0; i < 2001; ++i) {
        const double place = static_cast<double>(i) / 1000 - 1;
        raw.block.dense[i] = static_cast<double>(static_cast<float>(25 * place * place * place));
      }
      const std::vector<double> z = raw.block.dense;
      fixture.data = make_dataset(std::move(raw), {}, fixture.comm);
      Margins margins(2001);
      fixture.sums(Vector{{1, 1, 0, 0}}, PassKind::value, &margins);
      const long double epsilon = precision == Scalar::float32 ? 6e-8L : 1.2e-16L;
      for (std::size_t i = 0; i < 2001; ++i) {
        const long double expected = exact_activation(activation, z[i]);
        EXPECT_LE(std::abs(margins[i] - expected), epsilon * (6 + z[i] * z[i]) * std::abs(expected) + 1e-37L) << z[i];
      }
    }
  }
}

TEST(Network, GivesTheSameSumsFromEveryLayout) {
  const MadeData made{.rows = 80, .features = 40, .sparse = true};
  for (const Scalar precision : {Scalar::float64, Scalar::float32}) {
    for (const Index units : {1, 7, 12, 64, 111}) {
      const NetworkShape shape{40, {units}, 3, Activation::tanh, NetworkLoss::cross_entropy, precision};
      const Vector w = some_point(shape.parameters(), 0.4);
      const Vector v = some_point(shape.parameters(), 0.4, 1);
      const double rounding = precision == Scalar::float64 ? 1e-13 : 1e-4;
      Fixture sparse(made, shape);
      ASSERT_EQ(sparse.data.layout, Layout::sparse_rows);
      const Sums expected = sparse.sums(w);
      const Vector product = sparse.product(w, v, Curvature::exact);
      EXPECT_LT(relative_difference(expected.payload, naive_sums(made, sparse, w).payload), rounding) << units;
      std::vector<Vector> of_dense;
      for (const Layout layout : {Layout::dense_rows, Layout::dense_columns}) {
        Fixture dense(made, shape);
        RawData raw = labelled(made, 3);
        dense.data.x = make_feature_matrix(std::move(raw.block), layout, dense.data.panels, 1);
        of_dense.push_back(dense.sums(w).payload);
        EXPECT_LT(relative_difference(of_dense.back(), expected.payload), rounding) << units;
        EXPECT_LT(relative_difference(dense.product(w, v, Curvature::exact), product), rounding) << units;
      }
      EXPECT_EQ(of_dense[0], of_dense[1]);
    }
  }
}

TEST(Network, CountsARowOfWeightTwoTwiceAndOfWeightZeroNever) {
  SerialCommunicator comm;
  Fixture weighted({.rows = 90}, kSmall);
  Fixture repeated({.rows = 90}, kSmall);
  RawData raw = labelled({.rows = 90}, 3);
  const RowBlock original = raw.block;
  raw.block.dense.clear();
  raw.block.label.clear();
  for (std::size_t i = 0; i < 90; ++i) {
    weighted.data.weight.push_back(static_cast<double>(i % 3));
    for (std::size_t k = 0; k < i % 3; ++k) {
      raw.block.dense.insert(raw.block.dense.end(), original.dense.begin() + static_cast<std::ptrdiff_t>(7 * i),
                             original.dense.begin() + static_cast<std::ptrdiff_t>(7 * (i + 1)));
      raw.block.label.push_back(original.label[i]);
    }
  }
  raw.block.rows = raw.total_rows = std::ssize(raw.block.label);
  repeated.data = make_dataset(std::move(raw), {}, comm);
  const Vector w = some_point(kSmall.parameters(), 0.4);
  const Sums a = weighted.sums(w);
  const Sums b = repeated.sums(w);
  EXPECT_EQ(a.weight, b.weight);
  EXPECT_EQ(a.mistakes, b.mistakes);
  EXPECT_NEAR(a.loss, b.loss, 1e-12);
  EXPECT_LT(relative_difference(a.payload, b.payload), 1e-13);
}

TEST(Network, MultipliesTheWeightsOfAClass) {
  Fixture plain({.rows = 60}, kSmall);
  Fixture weighted({.rows = 60}, kSmall, Access::full_batch, {1, 0.5, 3});
  for (const double label : plain.data.label) {
    plain.data.weight.push_back(label == 0 ? 1 : label == 1 ? 0.5 : 3);
  }
  const Vector w = some_point(kSmall.parameters(), 0.4);
  EXPECT_EQ(plain.sums(w).loss, weighted.sums(w).loss);
  EXPECT_EQ(plain.sums(w).payload, weighted.sums(w).payload);
}

TEST(Network, TakesTheFirstOfEqualMarginsAsItsGuess) {
  Fixture fixture({.rows = 60}, kSmall);
  double others = 0;
  for (const double label : fixture.data.label) {
    others += label == 0 ? 0 : 1;
  }
  EXPECT_EQ(fixture.sums(Vector::Zero(kSmall.parameters())).mistakes, others);
}

TEST(Network, GivesEqualRowsEqualMarginsWhateverTheirPlace) {
  for (const Activation activation : {Activation::relu, Activation::tanh, Activation::sigmoid, Activation::gelu}) {
    for (const Scalar precision : {Scalar::float32, Scalar::float64}) {
      NetworkShape shape = kSmall;
      shape.activation = activation;
      shape.precision = precision;
      Fixture fixture({.rows = 61}, shape);
      SerialCommunicator comm;
      RawData raw = labelled({.rows = 61}, 3);
      for (std::size_t i = 0; i < raw.block.dense.size(); ++i) {
        raw.block.dense[i] = raw.block.dense[i % 7];
      }
      fixture.data = make_dataset(std::move(raw), {}, comm);
      Margins margins(61 * 3);
      fixture.sums(some_point(shape.parameters(), 0.4), PassKind::gradient, &margins);
      for (std::size_t i = 3; i < margins.size(); ++i) {
        EXPECT_EQ(margins[i], margins[i % 3]);
      }
    }
  }
}

TEST(Network, ShowsInItsLossThatItDiverged) {
  for (const Activation activation : {Activation::relu, Activation::tanh, Activation::sigmoid, Activation::gelu}) {
    NetworkShape shape = kSmall;
    shape.activation = activation;
    shape.precision = Scalar::float32;
    Fixture fixture({.rows = 10}, shape);
    Vector w = some_point(shape.parameters(), 0.4);
    w[3] = std::nan("");
    EXPECT_TRUE(std::isnan(fixture.sums(w).loss));
  }
}

TEST(Network, StaysFiniteAtExtremeMargins) {
  for (const Activation activation : {Activation::relu, Activation::tanh, Activation::sigmoid, Activation::gelu}) {
    for (const Scalar precision : {Scalar::float32, Scalar::float64}) {
      NetworkShape shape = kSmall;
      shape.activation = activation;
      shape.precision = precision;
      Fixture fixture({.rows = 10}, shape);
      const Sums sums = fixture.sums(some_point(shape.parameters(), 1e4));
      EXPECT_TRUE(std::isfinite(sums.loss));
      EXPECT_TRUE(sums.payload.allFinite());
    }
  }
}

TEST(Network, RefusesAnExplicitHessian) {
  EXPECT_THROW(Network(kSmall).shape(PassKind::hessian), InternalError);
}

TEST(NetworkShape, PutsBiasesLast) {
  EXPECT_EQ(kSmall.weights_begin(1), 7 * 16);
  EXPECT_EQ(kSmall.weights_begin(2), 7 * 16 + 16 * 8);
  EXPECT_EQ(kSmall.weights(), 7 * 16 + 16 * 8 + 8 * 3);
  EXPECT_EQ(kSmall.biases_begin(0), kSmall.weights());
  EXPECT_EQ(kSmall.biases_begin(2), kSmall.weights() + 16 + 8);
  EXPECT_EQ(kSmall.parameters(), kSmall.weights() + 16 + 8 + 3);
  EXPECT_EQ(Network(kSmall).penalised(), kSmall.weights());
}

TEST(InitialParameters, HaveTheVarianceOfTheirLayer) {
  for (const Activation activation : {Activation::relu, Activation::tanh}) {
    const NetworkShape shape{300, {200}, 100, activation, NetworkLoss::cross_entropy, Scalar::float32};
    const Vector w = initial_parameters(shape, 5);
    const auto variance = [&](Index l) {
      const auto part = w.segment(shape.weights_begin(l), shape.weights_begin(l + 1) - shape.weights_begin(l));
      EXPECT_NEAR(part.mean(), 0, 1e-3);
      return part.squaredNorm() / static_cast<double>(part.size());
    };
    EXPECT_NEAR(variance(0), activation == Activation::relu ? 2.0 / 300 : 2.0 / 500, 1e-4);
    EXPECT_NEAR(variance(1), 2.0 / 300, 1e-4);
    EXPECT_EQ(w.tail(300), Vector::Zero(300));
    EXPECT_EQ(w, initial_parameters(shape, 5));
    EXPECT_NE(w, initial_parameters(shape, 6));
    if (activation == Activation::tanh) {
      EXPECT_LE(w.head(60000).lpNorm<Eigen::Infinity>(), std::sqrt(6.0 / 500));
    }
  }
}

}  // namespace
}  // namespace lockstep
