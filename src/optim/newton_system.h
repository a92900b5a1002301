/// The Newton system by Cholesky, damped where it is not numerically positive definite.
///
///   (S + λ I) y = D b,  S = D H D,  x = D y
///
/// | symbol | meaning                                                | shape |
/// | H      | Hessian of F, or its part on a face                    | p × p |
/// | D      | powers of two that bring the diagonal of H into [1, 4) | p     |
/// | λ      | damping: 0 where S is numerically positive definite    | 1     |
///
/// D is exact: parameters of any size give the same relative accuracy. Else λ is the smallest of 1e-10, 1e-8, …, 0.01,
/// 0.04, … that makes S + λ I positive definite (2 p max |S_ij| does: a saddle's negative curvature becomes positive)
/// (K. Levenberg 1944; J. Nocedal, S. Wright, Numerical Optimization, 2nd ed., §3.4).
#pragma once

#include "optim/symmetric_solver.h"

#include <vector>

namespace lockstep {

/// From so many on a factorisation takes long enough to be interrupted.
inline constexpr Index kInterruptible = 1000;

class NewtonSystem final : public Factorisation {
 public:
  /// Throws Interrupted (not agreed) where it is given up, of kInterruptible parameters and more.
  explicit NewtonSystem(const SymmetricMatrix& hessian, const Vector& free = {});

  double damping() const override { return damping_; }
  const Vector& scales() const override { return scales_; }
  const Vector& diagonal() const override { return diagonal_; }
  Vector solve(const Vector& y) const override;
  std::vector<DependentParameter> dependent_parameters() const override;

 private:
  Vector diagonal_;
  Vector scales_;
  Matrix scaled_;
  Matrix factor_;  // L in its lower triangle
  double damping_ = 0;
};

}  // namespace lockstep
