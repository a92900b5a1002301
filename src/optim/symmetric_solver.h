/// The linear algebra of Newton's method, apart from the method: what factors a curvature matrix. The factor gives
/// Newton's step, and what else is asked of it (dependent parameters, the part of a point that damping hides).
///
/// | symbol | meaning                                                | shape |
/// | H      | Hessian of F, or its part on a face                    | p × p |
/// | D      | powers of two that bring the diagonal of H into [1, 4) | p     |
/// | S      | D H D                                                  | p × p |
/// | λ      | damping: 0 where S is numerically positive definite    | 1     |
#pragma once

#include "lockstep/objective/symmetric_matrix.h"
#include "optim/descent_method.h"

#include <memory>
#include <vector>

namespace lockstep {

/// H at a point; `free` (p entries 0 or 1, or none: all 1) says which parameters there are: rows of the others count as
/// those of I.
struct CurvatureMatrix {
  SymmetricMatrix hessian;
  Vector free;
};

/// S + λ I, factored.
class Factorisation {
 public:
  virtual ~Factorisation() = default;

  virtual double damping() const = 0;          ///< λ
  virtual const Vector& scales() const = 0;    ///< D, p
  virtual const Vector& diagonal() const = 0;  ///< of H, p
  /// (S + λ I)⁻¹ y. The bits may differ between nodes: rank 0's count (Objective::replicate).
  virtual Vector solve(const Vector& y) const = 0;
  /// Where damping was needed: the parameters whose pivots vanish, each with those before it that it depends on.
  virtual std::vector<DependentParameter> dependent_parameters() const = 0;
};

class SymmetricSolver {
 public:
  virtual ~SymmetricSolver() = default;
  virtual std::unique_ptr<Factorisation> factor(const CurvatureMatrix& matrix) const = 0;
};

/// Dense Cholesky on this rank, damped where need be (newton_system.h).
const SymmetricSolver& cholesky_solver();

}  // namespace lockstep
