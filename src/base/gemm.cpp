#include "base/gemm.h"

#ifdef LOCKSTEP_HAS_OPENBLAS
extern "C" {
void cblas_sgemm(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float* a, int lda,
                 const float* b, int ldb, float beta, float* c, int ldc);
void cblas_dgemm(int order, int transpose_a, int transpose_b, int m, int n, int k, double alpha, const double* a,
                 int lda, const double* b, int ldb, double beta, double* c, int ldc);
}
#endif

namespace lockstep {

namespace {

#ifdef LOCKSTEP_HAS_OPENBLAS

constexpr int kRowMajor = 101;  // the numbers of the CBLAS interface

int cblas(Transpose transpose) {
  return transpose == Transpose::yes ? 112 : 111;
}

int narrow(Index i) {
  return static_cast<int>(i);
}

void cblas_gemm(int transpose_a, int transpose_b, int m, int n, int k, const float* a, int lda, const float* b, int ldb,
                float beta, float* c, int ldc) {
  cblas_sgemm(kRowMajor, transpose_a, transpose_b, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
}

void cblas_gemm(int transpose_a, int transpose_b, int m, int n, int k, const double* a, int lda, const double* b,
                int ldb, double beta, double* c, int ldc) {
  cblas_dgemm(kRowMajor, transpose_a, transpose_b, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
}

template <typename T>
void product(Index m, Index n, Index k, const Factor<T>& a, const Factor<T>& b, T beta, T* c, Index stride) {
  cblas_gemm(cblas(a.transpose), cblas(b.transpose), narrow(m), narrow(n), narrow(k), a.data, narrow(a.stride), b.data,
             narrow(b.stride), beta, c, narrow(stride));
}

#else

template <typename T>
using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The factor (rows × columns after its transposition) handed to `use` as an expression.
template <typename T, typename Use>
void with_factor(const Factor<T>& factor, Index rows, Index columns, Use use) {
  using Stored = Eigen::Map<const RowMajor<T>, Eigen::Unaligned, Eigen::OuterStride<> >;
  if (factor.transpose == Transpose::yes) {
    use(Stored(factor.data, columns, rows, Eigen::OuterStride<>(factor.stride)).transpose());
  } else {
    use(Stored(factor.data, rows, columns, Eigen::OuterStride<>(factor.stride)));
  }
}

template <typename T>
void product(Index m, Index n, Index k, const Factor<T>& a, const Factor<T>& b, T beta, T* c, Index stride) {
  Eigen::Map<RowMajor<T>, Eigen::Unaligned, Eigen::OuterStride<> > to(c, m, n, Eigen::OuterStride<>(stride));
  if (beta == T{0}) {
    to.setZero();
  } else if (beta != T{1}) {
    to *= beta;
  }
  with_factor(a, m, k, [&](const auto& left) {
    with_factor(b, k, n, [&](const auto& right) { to.noalias() += left * right; });
  });
}

#endif

}  // namespace

void gemm(Index m, Index n, Index k, const Factor<double>& a, const Factor<double>& b, double beta, double* c,
          Index stride) {
  product(m, n, k, a, b, beta, c, stride);
}

void gemm(Index m, Index n, Index k, const Factor<float>& a, const Factor<float>& b, float beta, float* c,
          Index stride) {
  product(m, n, k, a, b, beta, c, stride);
}

}  // namespace lockstep
