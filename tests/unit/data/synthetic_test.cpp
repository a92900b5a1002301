#include "data/synthetic.h"

#include "base/portable_math.h"
#include "base/random.h"
#include "data/libsvm_writer.h"
#include "data/synthetic_labels.h"

#include <cmath>
#include <functional>

#include <Eigen/Eigenvalues>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

/// Mean and variance of n draws.
std::pair<double, double> moments(const std::function<double(RandomStream&)>& draw) {
  constexpr int n = 40'000;
  double sum = 0;
  double square = 0;
  for (int i = 0; i < n; ++i) {
    RandomStream random(11, static_cast<std::uint64_t>(i), 1);
    const double y = draw(random);
    sum += y;
    square += y * y;
  }
  const double mean = sum / n;
  return {mean, square / n - mean * mean};
}

TEST(SyntheticLabels, HaveMeanAndVarianceOfTheirDistribution) {
  for (const double z : {-2.0, 0.3, 3.5}) {
    for (const double noise : {0.3, 1.0, 1.7}) {
      const double mu = std::exp(z);
      auto [mean, variance] = moments([&](RandomStream& random) { return synthetic::poisson(random, z, noise); });
      EXPECT_NEAR(mean / mu, 1, 4 * noise / std::sqrt(40'000 * mu)) << z << ' ' << noise;
      EXPECT_NEAR(variance / (noise * noise * mu), 1, 0.2);
      std::tie(mean, variance) = moments([&](RandomStream& random) { return synthetic::gamma(random, z, noise); });
      EXPECT_NEAR(mean / mu, 1, 4 * noise / 200);
      EXPECT_NEAR(std::sqrt(variance) / mu / noise, 1, 0.1);
      std::tie(mean, variance) = moments([&](RandomStream& random) { return synthetic::linear(random, z, noise); });
      EXPECT_NEAR(mean, z, 4 * noise / 200);
      EXPECT_NEAR(variance, noise * noise, 0.03 * noise * noise);
    }
    const double p = 1 / (1 + std::exp(-z));
    EXPECT_NEAR(moments([&](RandomStream& random) { return synthetic::logistic(random, z, 1); }).first, p,
                4 * std::sqrt(p * (1 - p)) / 200);
    const std::vector<double> two = {0, z};  // softmax of two classes is logistic
    EXPECT_NEAR(moments([&](RandomStream& random) { return synthetic::largest(random, two, 1); }).first, p,
                4 * std::sqrt(p * (1 - p)) / 200);
  }
  RandomStream random(1, 1, 1);
  EXPECT_EQ(synthetic::poisson(random, 0.5, 0), portable::exp(0.5));
  EXPECT_EQ(synthetic::largest(random, std::vector<double>{1, 3, 2}, 0), 1);
}

TEST(Synthetic, RowsAreTheSameHoweverTheyAreCut) {
  for (const double density : {1.0, 0.2}) {
    SyntheticSettings settings;
    settings.rows = 50;
    settings.features = 13;
    settings.density = density;
    settings.condition = 100;
    settings.seed = 5;
    const SyntheticProblem problem(settings);
    RowBlock whole;
    RowBlock part;
    problem.fill({0, 50}, whole);
    std::string text;
    for (const auto& [begin, end] : std::vector<std::pair<int, int>>{{0, 1}, {1, 30}, {30, 30}, {30, 50}}) {
      problem.fill({begin, end}, part);
      append_libsvm(part, Scalar::float64, text);
    }
    std::string expected;
    append_libsvm(whole, Scalar::float64, expected);
    EXPECT_EQ(text, expected);
  }
}

TEST(Synthetic, DenseColumnsHaveTheConditionAsked) {
  for (const double condition : {3.0, 1e4, 1e8}) {
    for (const int d : {2, 7, 60}) {
      const double rho = correlation_of_condition(condition, d);
      Matrix covariance(d, d);
      for (int i = 0; i < d; ++i) {
        for (int j = 0; j < d; ++j) {
          covariance(i, j) = std::pow(rho, std::abs(i - j));
        }
      }
      const Vector eigenvalues = Eigen::SelfAdjointEigenSolver<Matrix>(covariance).eigenvalues();
      EXPECT_NEAR(eigenvalues[d - 1] / eigenvalues[0] / condition, 1, 1e-3) << condition << ' ' << d;
    }
  }
  EXPECT_EQ(correlation_of_condition(1, 10), 0);
  EXPECT_EQ(correlation_of_condition(100, 1), 0);
  EXPECT_NEAR(correlation_of_condition(100, 20'000), 9.0 / 11, 1e-12);

  SyntheticSettings settings;
  settings.rows = 20'000;
  settings.features = 3;
  settings.condition = 20;
  const SyntheticProblem problem(settings);
  RowBlock block;
  problem.fill({0, settings.rows}, block);
  const Eigen::Map<const Eigen::Matrix<double, -1, -1, Eigen::RowMajor>> x(block.dense.data(), settings.rows, 3);
  const Matrix covariance = x.transpose() * x / static_cast<double>(settings.rows);
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      EXPECT_NEAR(covariance(i, j), std::pow(problem.correlation(), std::abs(i - j)), 0.04);
    }
  }
}

TEST(Synthetic, SparseRowsHaveTheirDensityAndScales) {
  SyntheticSettings settings;
  settings.rows = 4000;
  settings.features = 1'000'000;
  settings.density = 20e-6;
  settings.condition = 100;
  const SyntheticProblem problem(settings);
  RowBlock block;
  problem.fill({0, settings.rows}, block);
  ASSERT_EQ(std::ssize(block.row_start), settings.rows + 1);
  const auto entries = static_cast<double>(block.value.size());
  EXPECT_NEAR(entries / 4000, 20, 4 * std::sqrt(20.0 / 4000));
  double square = 0;
  for (std::size_t i = 0; i < block.value.size(); ++i) {
    ASSERT_TRUE(block.column[i] >= 0 && block.column[i] < settings.features);
    const double scale = problem.column_scale(block.column[i]);
    EXPECT_TRUE(scale > 0.1 && scale <= 1);
    square += block.value[i] * block.value[i] / (scale * scale) / entries;
  }
  EXPECT_NEAR(square, 1, 4 * std::sqrt(2 / entries));
  for (std::size_t row = 0; row < 4000; ++row) {
    for (auto k = block.row_start[row] + 1; k < block.row_start[row + 1]; ++k) {
      ASSERT_LT(block.column[static_cast<std::size_t>(k - 1)], block.column[static_cast<std::size_t>(k)]);
    }
  }
}

TEST(Synthetic, FloatsAreRoundedBeforeLabelsAreDrawn) {
  SyntheticSettings settings;
  settings.kind = SyntheticKind::linear;
  settings.noise = 0;
  settings.storage = Scalar::float32;
  const SyntheticProblem problem(settings);
  RowBlock block;
  problem.fill({3, 4}, block);
  const SyntheticLayer& layer = problem.layers().front();
  double z = layer.bias.front();
  for (std::size_t j = 0; j < block.dense.size(); ++j) {
    EXPECT_EQ(block.dense[j], static_cast<double>(static_cast<float>(block.dense[j])));
    z += block.dense[j] * layer.weight[j];
  }
  EXPECT_NEAR(block.label.front(), z, 1e-13);
  std::string text;
  append_libsvm(block, Scalar::float32, text);
  EXPECT_LT(text.size(), 200);
}

}  // namespace
}  // namespace lockstep
