#include "base/gemm.h"

#include "base/numerics.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

template <typename T>
class Gemm : public ::testing::Test {};
using Scalars = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Gemm, Scalars);

/// rows × columns with rows `stride` apart; the gaps hold NaN, which no product may read.
template <typename T>
AlignedVector<T> made_matrix(Index rows, Index columns, Index stride, double seed) {
  AlignedVector<T> values(static_cast<std::size_t>(rows * stride), std::numeric_limits<T>::quiet_NaN());
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < columns; ++j) {
      values[static_cast<std::size_t>(i * stride + j)] =
          static_cast<T>(std::sin(seed + 3 * static_cast<double>(i) + 7 * static_cast<double>(j)));
    }
  }
  return values;
}

template <typename T>
T entry(const Factor<T>& factor, Index i, Index j) {
  return factor.transpose == Transpose::yes ? factor.data[j * factor.stride + i] : factor.data[i * factor.stride + j];
}

TYPED_TEST(Gemm, AgreesWithThePlainLoopForEveryTransposition) {
  using T = TypeParam;
  configure_numerics();
  // Whatever the order of its k additions, a sum is off by at most about k ε Σ|a||b|.
  const double rounding = static_cast<double>(std::numeric_limits<T>::epsilon());
  struct Size {
    Index m, n, k;
  };
  for (const auto& [m, n, k] : {Size{1, 1, 1}, Size{5, 3, 7}, Size{40, 33, 70}, Size{1, 50, 20}, Size{16, 1, 300}}) {
    for (const bool a_transposed : {false, true}) {
      for (const bool b_transposed : {false, true}) {
        for (const T beta : {T{0}, T{1}, T{-2}}) {
          const Index a_columns = a_transposed ? m : k;
          const Index b_columns = b_transposed ? k : n;
          const AlignedVector<T> a_values = made_matrix<T>(a_transposed ? k : m, a_columns, a_columns + 3, 1);
          const AlignedVector<T> b_values = made_matrix<T>(b_transposed ? n : k, b_columns, b_columns + 2, 2);
          Factor<T> a{a_values.data(), a_columns + 3};
          Factor<T> b{b_values.data(), b_columns + 2};
          a = a_transposed ? a.transposed() : a;
          b = b_transposed ? b.transposed() : b;
          const AlignedVector<T> before = made_matrix<T>(m, n, n + 1, 3);
          AlignedVector<T> c = before;
          if (beta == T{0}) {
            c.assign(c.size(), std::numeric_limits<T>::quiet_NaN());
          }
          gemm(m, n, k, a, b, beta, c.data(), n + 1);
          for (Index i = 0; i < m; ++i) {
            for (Index j = 0; j < n; ++j) {
              const auto at = static_cast<std::size_t>(i * (n + 1) + j);
              double expected = beta == T{0} ? 0.0 : double{beta} * before[at];
              double magnitude = std::abs(expected);
              for (Index l = 0; l < k; ++l) {
                const double term = double{entry(a, i, l)} * entry(b, l, j);
                expected += term;
                magnitude += std::abs(term);
              }
              EXPECT_NEAR(c[at], expected, rounding * static_cast<double>(k + 2) * magnitude);
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace lockstep
