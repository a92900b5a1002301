#include "risk/regularizer.h"

#include "base/blocks.h"
#include "base/lanes.h"

#include <algorithm>
#include <cmath>

namespace lockstep {

L1Term Penalty::l1(Index dimension) const {
  L1Term term;
  if (l1_ > 0) {
    term.strength = Vector::Zero(dimension);
    for (Index j = 0; j < penalised_; ++j) {
      term.strength[j] = l1_ * scale(j);
    }
  }
  return term;
}

Vector Penalty::curvature(Index dimension) const {
  Vector curvature;
  if (l2_ > 0) {
    curvature = Vector::Zero(dimension);
    add_product(Vector::Ones(dimension), 0, dimension, curvature);
  }
  return curvature;
}

Vector Penalty::unscaled(const Vector& u) const {
  return u.head(penalised_).cwiseProduct(scales_);
}

double Penalty::value(const Vector& u, int threads) const {
  if (l2_ == 0) {
    return 0;
  }
  if (scales_.size() == 0) {
    return 0.5 * l2_ * blocked_dot(u.data(), u.data(), penalised_, threads);
  }
  const Vector w = unscaled(u);
  return 0.5 * l2_ * blocked_dot(w.data(), w.data(), penalised_, threads);
}

void Penalty::add_product(const Vector& v, Index begin, Index end, Vector& product) const {
  const Index last = std::min(end, penalised_);
  for (Index j = begin; l2_ != 0 && j < last; ++j) {
    product[j] += (l2_ * scale(j) * scale(j)) * v[j];
  }
}

void Penalty::add_hessian(SymmetricMatrix& hessian) const {
  for (Index j = 0; l2_ != 0 && j < penalised_; ++j) {
    hessian(j, j) += l2_ * scale(j) * scale(j);
  }
}

LinePoint Penalty::along(const Vector& u, const Vector& d, double t) const {
  if (l2_ == 0) {
    return {};
  }
  const Vector from = scales_.size() == 0 ? u : unscaled(u);
  const Vector to = scales_.size() == 0 ? d : unscaled(d);
  const double ww = blocked_dot(from.data(), from.data(), penalised_, 1);
  const double wd = blocked_dot(from.data(), to.data(), penalised_, 1);
  const double dd = blocked_dot(to.data(), to.data(), penalised_, 1);
  return {0.5 * l2_ * (ww + t * (2 * wd + t * dd)), l2_ * (wd + t * dd), false};
}

}  // namespace lockstep
