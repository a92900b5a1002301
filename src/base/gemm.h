/// General matrix product on raw row-major storage, one thread per caller (configure_numerics()).
#pragma once

#include "lockstep/base/types.h"

namespace lockstep {

enum class Transpose { no, yes };

/// A row-major matrix as a factor: `stride` elements from row to row, taken transposed or not.
template <typename T>
struct Factor {
  const T* data;
  Index stride;
  Transpose transpose = Transpose::no;

  Factor transposed() const { return {data, stride, transpose == Transpose::no ? Transpose::yes : Transpose::no}; }
};

/// C = A B + beta C with A: m × k, B: k × n (after their transpositions), C: m × n row-major, rows `stride` apart. With
/// beta = 0 the content of C is not read. The order of additions depends on m, n and k only.
void gemm(Index m, Index n, Index k, const Factor<double>& a, const Factor<double>& b, double beta, double* c,
          Index stride);
void gemm(Index m, Index n, Index k, const Factor<float>& a, const Factor<float>& b, float beta, float* c,
          Index stride);

}  // namespace lockstep
