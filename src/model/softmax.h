/// Probabilities and their logarithms from margins, without overflow or cancellation however large |z| is.
///
///   σ(z) = 1 / (1 + e^−z),   softplus(z) = log(1 + e^z) = −log σ(−z),   softmax(z)_k = e^{z_k} / Σ_l e^{z_l}
#pragma once

#include "base/lanes.h"

#include <algorithm>
#include <cmath>

namespace lockstep {

inline double sigmoid(double z) {
  const double e = std::exp(-std::abs(z));
  return (z >= 0 ? 1 : e) / (1 + e);
}

inline double softplus(double z) {
  return std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z)));
}

/// One row: z (K finite margins, aligned, with room for `stride` = padded(K)) becomes p; `rest` is the probability of
/// all classes but the largest, relative to it, so that a nearly certain row keeps the relative accuracy of its small
/// loss.
struct RowSoftmax {
  Index largest = 0;  ///< the first class of the largest margin
  double margin = 0;  ///< its margin
  double rest = 0;

  RowSoftmax(double* z, Index classes, Index stride) {
    largest = std::max_element(z, z + classes) - z;
    margin = z[largest];
    std::fill(z + classes, z + stride, margin);
    Eigen::Map<Eigen::ArrayXd, Eigen::Aligned64> e(z, stride);
    e = (e - margin).exp();
    std::fill(z + classes, z + stride, 0.0);
    z[largest] = 0;
    rest = lane_sum(z, stride);
    e /= 1 + rest;
    z[largest] = 1 / (1 + rest);
  }
  /// −log p_y, where z_y was the margin of class y.
  double loss(double margin_of_label) const { return (margin - margin_of_label) + std::log1p(rest); }
  /// 1 − p_k
  double complement(const double* p, Index k) const { return k == largest ? rest / (1 + rest) : 1 - p[k]; }
};

}  // namespace lockstep
