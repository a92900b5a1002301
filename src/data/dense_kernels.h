/// Products of dense features with several columns at once, for either layout: at(i, j) is X_ij. Register blocks of
/// 4 × 8; every entry of a result is one running sum, in the order of rows or features.
#pragma once

#include "base/lanes.h"

#include <algorithm>

namespace lockstep {

namespace detail {

/// out(a, c) = Σ_b x(a, b) m(b, c) for a in [first, first + N), c in eight columns; m, out row-major with `stride`.
template <int N, typename At>
void block_product(Index first, Index terms, const At& at, const double* m, Index stride, double* out, bool add) {
  Lanes sum[N];
  for (Index b = 0; b < terms; ++b) {
    const Lanes row = Lanes::load(m + b * stride);
    for (int a = 0; a < N; ++a) {
      sum[a].add_scaled(at(first + a, b), row);
    }
  }
  for (int a = 0; a < N; ++a) {
    double* to = out + (first + a) * stride;
    if (add) {
      sum[a].add(Lanes::load(to));
    }
    sum[a].store(to);
  }
}

template <typename At>
void product(Index results, Index terms, const At& at, const double* m, Index stride, double* out, bool add) {
  for (Index c = 0; c < stride; c += kLanes) {
    Index first = 0;
    for (; first + 4 <= results; first += 4) {
      block_product<4>(first, terms, at, m + c, stride, out + c, add);
    }
    for (; first < results; ++first) {
      block_product<1>(first, terms, at, m + c, stride, out + c, add);
    }
  }
}

}  // namespace detail

/// z = X w: count × stride.
template <typename At>
void dense_multiply_many(Index count, Index features, const At& at, const double* w, Index stride, double* z) {
  detail::product(count, features, at, w, stride, z, false);
}

/// g += Xᵀ r: features × stride.
template <typename At>
void dense_add_transposed_many(Index count, Index features, const At& at, const double* r, Index stride, double* g) {
  detail::product(
      features, count, [&](Index j, Index i) { return at(i, j); }, r, stride, g, true);
}

}  // namespace lockstep
