/// Losses ℓ(y, z) of one row and their derivatives in the margin z, for many rows at once.
///
/// Classifiers have y ∈ {0, 1}, t = 2y − 1 ∈ {−1, +1}; a row is a mistake when t z ≤ 0.
///
/// | loss          | ℓ(y, z)                 | ℓ'               | ℓ''           | y     | mean(z) |
/// | squared       | ½ (z − y)²              | z − y            | 1             | real  | z       |
/// | huber         | ½ r², r = z − y, if \|r\| ≤ δ; else δ(\|r\| − ½δ) | r clipped to ±δ | [\|r\| ≤ δ] | real | z |
/// | poisson       | e^z − y z               | e^z − y          | e^z           | ≥ 0   | e^z     |
/// | gamma         | z + y e^−z              | 1 − y e^−z       | y e^−z        | > 0   | e^z     |
/// | logistic      | log(1 + e^z) − y z      | σ(z) − y         | σ (1 − σ)     | class | σ(z)    |
/// | perceptron    | max(0, −t z)            | −t [t z ≤ 0]     | 0             | class | z       |
/// | adaline       | ½ (z − t)²              | z − t            | 1             | class | z       |
/// | squared hinge | ½ max(0, 1 − t z)²      | −t max(0, 1 − t z) | [t z < 1]   | class | z       |
///
/// Where ℓ' jumps (huber, squared hinge: ℓ'') the value above is taken: an element of the generalised derivative.
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

  /// True when y is a class.
  virtual bool is_classifier() const = 0;

  /// True when ℓ falls towards 0 for ever as t z grows: separable rows have no finite minimiser.
  virtual bool unbounded_when_separated() const { return false; }

  /// The inverse link: what the model predicts at margin z (the mean, the probability of class 1, or z itself).
  virtual double mean(double z) const { return z; }

  /// Σ s over the rows on the wrong side of zero; 0 unless a classifier. Reads the same.
  double mistakes(Index count, const Workspace& scratch) const;
};

std::unique_ptr<PointwiseLoss> make_squared_loss();
std::unique_ptr<PointwiseLoss> make_huber_loss(double delta);  ///< δ > 0
std::unique_ptr<PointwiseLoss> make_poisson_loss();
std::unique_ptr<PointwiseLoss> make_gamma_loss();
std::unique_ptr<PointwiseLoss> make_logistic_loss();
std::unique_ptr<PointwiseLoss> make_perceptron_loss();
std::unique_ptr<PointwiseLoss> make_adaline_loss();
std::unique_ptr<PointwiseLoss> make_squared_hinge_loss();

}  // namespace lockstep
