/// Losses ℓ(y, z) of one row and their derivatives in the margin z, for many rows at once.
///
/// | loss     | ℓ(y, z)              | ℓ'        | ℓ''       | y      | mistake      |
/// | squared  | ½ (z − y)²           | z − y     | 1         | real   | never        |
/// | logistic | log(1 + e^z) − y z   | σ(z) − y  | σ (1 − σ) | 0 or 1 | (2y − 1) z ≤ 0 |
#pragma once

#include "lockstep/model/model.h"

#include <memory>

namespace lockstep {

class PointwiseLoss {
 public:
  virtual ~PointwiseLoss() = default;

  /// For the first padded(count) entries (aligned, padding has weight 0): scratch.loss = s ℓ, and as far as `order`
  /// asks scratch.slope = s ℓ', scratch.curvature = s ℓ''. Reads scratch.margin, scratch.target, scratch.weight.
  virtual void evaluate(Index count, Order order, Workspace& scratch) const = 0;

  /// Σ s over the rows on the wrong side of zero. Reads the same.
  virtual double mistakes(Index count, const Workspace& scratch) const = 0;

  /// The inverse link: what the model predicts at margin z (the mean, or the probability of class 1).
  virtual double mean(double z) const = 0;
};

std::unique_ptr<PointwiseLoss> make_squared_loss();
std::unique_ptr<PointwiseLoss> make_logistic_loss();

}  // namespace lockstep
