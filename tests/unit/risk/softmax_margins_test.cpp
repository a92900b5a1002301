/// Softmax where one class is nearly or wholly certain, against formulas in long double.
#include "data/dataset.h"
#include "model/softmax_model.h"
#include "risk/empirical_risk.h"

#include <array>
#include <cmath>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

constexpr Index kClasses = 3;
using Numbers = std::array<long double, kClasses>;

/// log Σ e^z − z_y and its derivatives, nothing subtracted that nearly cancels.
struct NaiveSoftmax {
  NaiveSoftmax(const Numbers& z, std::size_t y) {
    long double rest = 0;  // Σ e^{z_k − z_y}, k ≠ y
    for (std::size_t k = 0; k < kClasses; ++k) {
      rest += k == y ? 0 : expl(z[k] - z[y]);
    }
    value = log1pl(rest);
    for (std::size_t k = 0; k < kClasses; ++k) {
      p[k] = expl(z[k] - z[y]) / (1 + rest);
      others[k] = 0;
      for (std::size_t l = 0; l < kClasses; ++l) {
        others[k] += l == k ? 0 : expl(z[l] - z[y]) / (1 + rest);
      }
      gradient[k] = k == y ? -others[k] : p[k];
    }
  }
  long double hessian(std::size_t k, std::size_t l) const { return k == l ? p[k] * others[k] : -p[k] * p[l]; }

  long double value = 0;
  Numbers p{};
  Numbers others{};  // 1 − p
  Numbers gradient{};
};

/// One row with x = 1 and no intercept: the coefficients are the margins.
struct OneRow {
  explicit OneRow(std::size_t y)
      : data(make_dataset(raw(y), {}, comm)), risk(data, model, Penalty(0, 3), {}, Execution(comm, 1)) {}
  static RawData raw(std::size_t y) {
    RawData raw;
    raw.total_rows = 1;
    raw.block.rows = 1;
    raw.block.features = 1;
    raw.block.is_dense = true;
    raw.block.dense = {1};
    raw.block.label = {static_cast<double>(y)};
    raw.schema.set_class_names({"a", "b", "c"});
    return raw;
  }
  SerialCommunicator comm;
  Dataset data;
  const SoftmaxModel model{1, kClasses, false};
  EmpiricalRisk risk;
};

void expect_near(double seen, long double expected, const char* what, long double scale = 0) {
  const auto close = static_cast<double>(1e-14L * std::max(fabsl(expected), scale)) + 1e-300;
  EXPECT_NEAR(seen, static_cast<double>(expected), close) << what;
}

TEST(Softmax, KeepsItsRelativeAccuracyAtExtremeMargins) {
  const std::vector<Numbers> margins = {{0, 20, -20},     {25, -30, 24},      {-30, 30, 30},
                                        {30, 29, -25},    {700, -700, 0},     {-700, 0, 700},
                                        {700, 700, -700}, {-700, -701, -703}, {700, 670, 669.5L}};
  const Vector v{{1, -2, 0.5}};
  for (const Numbers& z : margins) {
    for (std::size_t y = 0; y < kClasses; ++y) {
      SCOPED_TRACE(::testing::Message() << "margins " << z[0] << ", " << z[1] << ", " << z[2] << "; class " << y);
      OneRow row(y);
      const NaiveSoftmax naive(z, y);
      const Vector w{{static_cast<double>(z[0]), static_cast<double>(z[1]), static_cast<double>(z[2])}};
      Evaluation at;
      row.risk.evaluate(w, Order::hessian, at);
      row.risk.update(UpdateKind::initial);
      Vector product;
      row.risk.curvature_product(w, v, Curvature::exact, product);
      Vector diagonal;
      row.risk.hessian_diagonal(diagonal);
      expect_near(at.value, naive.value, "value");
      for (std::size_t k = 0; k < kClasses; ++k) {
        const auto i = static_cast<Index>(k);
        expect_near(at.gradient[i], naive.gradient[k], "gradient");
        expect_near(diagonal[i], naive.hessian(k, k), "diagonal");
        long double entry = 0;
        long double size = 0;
        for (std::size_t l = 0; l < kClasses; ++l) {
          if (l <= k) {
            expect_near(at.hessian(i, static_cast<Index>(l)), naive.hessian(k, l), "Hessian");
          }
          entry += naive.hessian(k, l) * static_cast<long double>(v[static_cast<Index>(l)]);
          size += fabsl(naive.hessian(k, l) * static_cast<long double>(v[static_cast<Index>(l)]));
        }
        expect_near(product[i], entry, "product", size);
      }
    }
  }
}

}  // namespace
}  // namespace lockstep
