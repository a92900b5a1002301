#include "lockstep/model/pointwise_loss.h"

namespace lockstep {

double PointwiseLoss::cancelled(const LossRows&) const {
  return 0;
}

bool PointwiseLoss::falls_along(double, double) const {
  return false;
}

double PointwiseLoss::mistakes(const LossRows& rows) const {
  double sum = 0;
  for (Index i = 0; is_classifier() && i < rows.count; ++i) {
    sum += (2 * rows.target[i] - 1) * rows.margin[i] > 0 ? 0.0 : rows.weight[i];
  }
  return sum;
}

}  // namespace lockstep
