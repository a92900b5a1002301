#include "lockstep/objective/regularizer.h"

#include "lockstep/base/blocks.h"
#include "lockstep/base/lanes.h"

#include <algorithm>
#include <cmath>

namespace lockstep {

double Penalty::value(const Vector& w, int threads) const {
  return l2_ == 0 ? 0 : 0.5 * l2_ * blocked_dot(w.data(), w.data(), penalised_, threads);
}

void Penalty::add_product(const Vector& v, Index begin, Index end, Vector& product) const {
  const Index last = std::min(end, penalised_);
  for (Index j = begin; l2_ != 0 && j < last; ++j) {
    product[j] += l2_ * v[j];
  }
}

void Penalty::add_hessian(SymmetricMatrix& hessian) const {
  for (Index j = 0; l2_ != 0 && j < penalised_; ++j) {
    hessian(j, j) += l2_;
  }
}

LinePoint Penalty::along(const Vector& w, const Vector& d, double t) const {
  if (l2_ == 0) {
    return {};
  }
  const double ww = blocked_dot(w.data(), w.data(), penalised_, 1);
  const double wd = blocked_dot(w.data(), d.data(), penalised_, 1);
  const double dd = blocked_dot(d.data(), d.data(), penalised_, 1);
  return {0.5 * l2_ * (ww + t * (2 * wd + t * dd)), l2_ * (wd + t * dd), false};
}

double l1_value(const L1Term& l1, const Vector& w) {
  if (l1.strength == 0) {
    return 0;
  }
  const Vector absolute = w.head(l1.penalised).cwiseAbs();
  return l1.strength * lane_sum(absolute.data(), l1.penalised);
}

Vector minimum_norm_subgradient(const L1Term& l1, const Vector& w, const Vector& gradient) {
  Vector least = gradient;
  for (Index j = 0; l1.strength > 0 && j < l1.penalised; ++j) {
    if (w[j] != 0) {
      least[j] += w[j] > 0 ? l1.strength : -l1.strength;
    } else {
      const double beyond = std::abs(gradient[j]) - l1.strength;
      least[j] = beyond > 0 ? std::copysign(beyond, gradient[j]) : 0;
    }
  }
  return least;
}

}  // namespace lockstep
