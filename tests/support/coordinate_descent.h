/// Minimisers of quadratics with an L1 penalty, by the plainest method there is.
#pragma once

#include "lockstep/base/types.h"

#include <algorithm>
#include <cmath>

namespace lockstep::testing {

inline double soft_threshold(double x, double by) {
  return std::copysign(std::max(std::abs(x) - by, 0.0), x);
}

/// Cyclic coordinate descent on ½ wᵀAw − bᵀw + l1 ‖w‖₁ over the first `penalised` parameters.
inline Vector by_coordinates(const Matrix& a, const Vector& b, double l1, Index penalised) {
  Vector w = Vector::Zero(b.size());
  for (int sweep = 0; sweep < 100000; ++sweep) {
    const Vector before = w;
    for (Index j = 0; j < w.size(); ++j) {
      const double rest = b[j] - a.row(j).dot(w) + a(j, j) * w[j];
      w[j] = (j < penalised ? soft_threshold(rest, l1) : rest) / a(j, j);
    }
    if ((w - before).norm() == 0) {
      break;
    }
  }
  return w;
}

}  // namespace lockstep::testing
