#include "lockstep/objective/regularizer.h"

#include "lockstep/base/lanes.h"

namespace lockstep {

double L2Penalty::value(const Vector& w) const {
  return strength_ == 0 ? 0 : 0.5 * strength_ * lane_dot(w.data(), w.data(), penalised_);
}

void L2Penalty::add(const Vector& w, Order order, Evaluation& to) const {
  if (strength_ == 0) {
    return;
  }
  to.value += value(w);
  for (Index j = 0; order >= Order::gradient && j < penalised_; ++j) {
    to.gradient[j] += strength_ * w[j];
  }
  for (Index j = 0; order == Order::hessian && j < penalised_; ++j) {
    to.hessian(j, j) += strength_;
  }
}

}  // namespace lockstep
