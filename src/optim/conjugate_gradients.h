/// Preconditioned conjugate gradients for A y = b, A symmetric and positive semidefinite (J. Nocedal, S. Wright,
/// Numerical Optimization, 2nd ed., Alg. 5.3), as truncated Newton methods use them.
///
/// | symbol | meaning                                             | shape |
/// | b, y   | right side, solution                                | p     |
/// | r      | residual b − A y                                    | p     |
/// | P      | preconditioner, about A⁻¹; none: I                  | p × p |
/// | q      | ½ yᵀb: what the model ½ yᵀAy − bᵀy has fallen so far | 1     |
/// | μ      | no eigenvalue of A, with P of P^½ A P^½, is smaller | 1     |
///
/// The model can fall by ½ rᵀA⁻¹r more. Where μ > 0 is known, Gauss–Radau quadrature bounds that by ½ γ rᵀPr, γ = 1/μ
/// at first and then (γ − α) / (μ (γ − α) + β) of the step length α and the β of the next direction (G. Golub, G.
/// Meurant, Matrices, Moments and Quadrature with Applications, ch. 12; G. Meurant, P. Tichý, Numer. Algorithms 62
/// (2013)).
#pragma once

#include "lockstep/base/types.h"

#include <cstdint>
#include <functional>

namespace lockstep {

struct LinearOperator {
  /// product = A v; true: some rank wishes to stop.
  std::function<bool(const Vector& v, Vector& product)> multiply;
  /// v ← P v; empty: P = I.
  std::function<void(Vector& v)> precondition;
};

/// Eigenvalues below this may hide a gain where μ is not known; one that is known to be as small is of no use.
inline constexpr double kLeastVisible = 1e-8;

struct KrylovSettings {
  double forcing = 0.5;              ///< η: stop at √(rᵀPr) ≤ η √(bᵀPb) …
  double negligible = 0;             ///< … if q is more than this; if not,
  double invisible = kLeastVisible;  ///< … at ½ rᵀPr ≤ invisible · negligible: q is then all there is to gain
  double least_eigenvalue =
      0;                ///< μ; with it also where q and what it bounds are not more than negligible; 0: not known
  double tail = 0;      ///< > 0: where μ is known stop, in place of η, when no larger part of q is left to gain
  double rounding = 0;  ///< ½ rᵀPr at or below this is rounding
  double largest_curvature = 0;  ///< known beforehand; a curvature far below the largest is none
  std::int64_t max_products = 1000;
};

struct KrylovSolution {
  Vector y;
  Vector residual;
  double decrease = 0;  ///< q
  std::int64_t products = 0;
  double hidden = 0;      ///< where μ showed that this is resolved: at most so much more is to gain
  bool resolved = false;  ///< nothing of the size of `negligible` hides in the residual
  bool stop_requested = false;
};

KrylovSolution conjugate_gradients(const LinearOperator& a, const Vector& b, const KrylovSettings& settings);

}  // namespace lockstep
