/// Optima of small problems by Newton's method in long double, written down plainly: what fits are judged by.
///
///   F(w) = mean of ℓ(y_i, z_i) + l2/2 Σ_kj w_kj² + cᵀw,   z_ik = Σ_j x_ij w_kj + b_k
///
/// | symbol | meaning                                                    | shape       |
/// | X      | features                                                   | n × d       |
/// | w      | coefficients class by class, then the intercepts           | p = K d + K |
/// | B      | root of a row's curvature, BᵀB = ∂²ℓ/∂z²                    | K × K       |
/// | J      | rows B ∂z/∂w /√n of all rows, then √l2: H = JᵀJ            | ≥ n K × p   |
/// | c      | slope of an L1 penalty in the orthant of the optimum       | p           |
///
/// H is never formed: its factor comes from QR of J with columns of unit length, so that near dependences cost their
/// condition number and not its square, and the units of the columns nothing.
#pragma once

#include <functional>
#include <vector>

#include <Eigen/Core>

namespace lockstep::testing {

using Real = long double;
using RealVector = Eigen::Matrix<Real, Eigen::Dynamic, 1>;
using RealMatrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;

/// A row's loss at its margins.
struct ReferenceLoss {
  Real value = 0;
  Real size = 0;     ///< of the terms of `value`
  RealVector slope;  ///< ∂ℓ/∂z, K
  RealMatrix root;   ///< B
};

struct ReferenceProblem {
  RealMatrix x;
  RealVector y;
  Eigen::Index outputs = 1;
  std::function<ReferenceLoss(Real y, const RealVector& z)> loss;
  Real l2 = 0;
  RealVector tilt;             ///< c; empty: 0
  std::vector<bool> is_fixed;  ///< parameters that stay at zero; empty: none

  Eigen::Index features() const { return x.cols(); }
  Eigen::Index dimension() const { return outputs * (features() + 1); }
  Eigen::Index coefficients() const { return outputs * features(); }

  /// n × K
  RealMatrix margins(const RealVector& w) const;
};

/// F and its derivatives at a point.
struct ReferencePoint {
  Real value = 0;
  Real scale = 0;  ///< size of the terms of F
  RealVector gradient;
  RealMatrix j;
};

/// `stiffness` is added to every ∂²ℓ/∂z², so that no direction of the margins is without curvature.
ReferencePoint evaluate_reference(const ReferenceProblem& problem, const RealVector& w, Real stiffness = 0);

/// −(JᵀJ)⁺ ∇F; columns that depend on others to 1e-15 keep still.
RealVector reference_direction(const ReferencePoint& at);

struct ReferenceOptimum {
  RealVector w;
  Real value = 0;
  Real scale = 0;
  RealMatrix margins;
  RealVector gradient;
  Real promise = 0;  ///< ½ gᵀH⁻¹g there over `scale`: tiny, or there is no finite optimum
};

/// Newton's method with halved steps. Where it promises nothing or leads nowhere, the stiff model has a say: on the
/// flat pieces of a loss only that shows the way.
ReferenceOptimum reference_optimum(const ReferenceProblem& problem);

namespace reference_losses {

ReferenceLoss pointwise(Real value, Real size, Real slope, Real curvature);
ReferenceLoss squared(Real y, const RealVector& z);
ReferenceLoss adaline(Real y, const RealVector& z);
std::function<ReferenceLoss(Real, const RealVector&)> huber(Real delta);
ReferenceLoss squared_hinge(Real y, const RealVector& z);
ReferenceLoss logistic(Real y, const RealVector& z);
ReferenceLoss poisson(Real y, const RealVector& z);
ReferenceLoss gamma(Real y, const RealVector& z);
/// With B = diag(√p) (I − 1 pᵀ): BᵀB = diag(p) − p pᵀ.
ReferenceLoss softmax(Real y, const RealVector& z);

}  // namespace reference_losses

}  // namespace lockstep::testing
