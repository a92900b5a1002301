#include "lockstep/objective/regularizer.h"

#include "lockstep/base/lanes.h"

namespace lockstep {

double Penalty::value(const Vector& w) const {
  return l2_ == 0 ? 0 : 0.5 * l2_ * lane_dot(w.data(), w.data(), penalised_);
}

void Penalty::add(const Vector& w, Order order, Evaluation& to) const {
  if (l2_ == 0) {
    return;
  }
  to.value += value(w);
  if (order >= Order::gradient) {
    add_product(w, to.gradient);
  }
  for (Index j = 0; order == Order::hessian && j < penalised_; ++j) {
    to.hessian(j, j) += l2_;
  }
}

void Penalty::add_product(const Vector& v, Vector& product) const {
  for (Index j = 0; l2_ != 0 && j < penalised_; ++j) {
    product[j] += l2_ * v[j];
  }
}

LinePoint Penalty::along(const Vector& w, const Vector& d, double t) const {
  if (l2_ == 0) {
    return {};
  }
  const double ww = lane_dot(w.data(), w.data(), penalised_);
  const double wd = lane_dot(w.data(), d.data(), penalised_);
  const double dd = lane_dot(d.data(), d.data(), penalised_);
  return {0.5 * l2_ * (ww + t * (2 * wd + t * dd)), l2_ * (wd + t * dd), false};
}

}  // namespace lockstep
