/// Losses ℓ(y, z) of one row and their derivatives in the margin z, for many rows at once.
///
/// Classifiers have y ∈ {0, 1}, t = 2y − 1 ∈ {−1, +1}; a row is a mistake when t z ≤ 0.
///
/// | loss          | ℓ(y, z)                 | ℓ'               | ℓ''           | y     |
/// | squared       | ½ (z − y)²              | z − y            | 1             | real  |
/// | huber         | ½ r², r = z − y, if \|r\| ≤ δ; else δ(\|r\| − ½δ) | r clipped to ±δ | [\|r\| ≤ δ] | real |
/// | poisson       | e^z − y z               | e^z − y          | e^z           | ≥ 0   |
/// | gamma         | z + y e^−z              | 1 − y e^−z       | y e^−z        | > 0   |
/// | logistic      | log(1 + e^z) − y z      | σ(z) − y         | σ (1 − σ)     | class |
/// | perceptron    | max(0, −t z)            | −t [t z ≤ 0]     | 0             | class |
/// | adaline       | ½ (z − t)²              | z − t            | 1             | class |
/// | squared hinge | ½ max(0, 1 − t z)²      | −t max(0, 1 − t z) | [t z < 1]   | class |
///
/// Where ℓ' jumps (huber, squared hinge: ℓ'') the value above is taken: an element of the generalised derivative.
#pragma once

#include "lockstep/base/types.h"

namespace lockstep {

/// Rows as a loss sees them: `count` numbers each, a multiple of kLossLanes, cache-line aligned. The rows at the end
/// that fill the last lane have weight 0.
struct LossRows {
  Index count = 0;
  const double* margin = nullptr;  ///< z
  const double* target = nullptr;  ///< y
  const double* weight = nullptr;  ///< s
  double* loss = nullptr;
  double* slope = nullptr;
  double* curvature = nullptr;
};
inline constexpr Index kLossLanes = 8;

/// Convex in z: tests of convergence count on it.
class PointwiseLoss {
 public:
  virtual ~PointwiseLoss() = default;

  /// loss = s ℓ, and as far as `order` asks slope = s ℓ', curvature = s ℓ''. A row's numbers depend on that row alone,
  /// not on its place.
  virtual void evaluate(Order order, const LossRows& rows) const = 0;

  /// Σ s · (size of the terms of ℓ − ℓ): twice what of them is negative; 0 where none can be.
  virtual double cancelled(const LossRows& rows) const;

  /// True when y is a class.
  virtual bool is_classifier() const = 0;

  /// True when ℓ falls towards 0 for ever as t z grows: separable rows have no finite minimiser.
  virtual bool unbounded_when_separated() const { return false; }

  /// True when ℓ(y, z + t change) falls for ever as t grows (change ≠ 0): along it the row asks for no finite z.
  virtual bool falls_along(double y, double change) const;

  /// True when falls_along() can be.
  virtual bool can_recede() const { return false; }

  /// Σ s over the rows on the wrong side of zero; 0 unless a classifier.
  double mistakes(const LossRows& rows) const;
};

}  // namespace lockstep
