/// Sparse times dense, for the first layer of a network on sparse rows.
#pragma once

#include "data/feature_matrix.h"

namespace lockstep {

/// C += A M with A in `a` (m × k), M row-major k × n, C row-major m × n. Each entry of C is one running sum in the
/// order of its row's nonzeros.
template <typename T>
void add_product(const Nonzeros<T>& a, const T* m, Index n, T* c);

/// Aᵀ (k × m) of A (m × k): the nonzeros of each row in ascending order of the rows of A.
template <typename T>
void transpose(const Nonzeros<T>& a, Index k, Nonzeros<T>& to);

/// Bᵀ of the row-major m × n matrix B, rows `stride` and `to_stride` apart.
template <typename T>
void transpose(Index m, Index n, const T* from, Index stride, T* to, Index to_stride);

}  // namespace lockstep
