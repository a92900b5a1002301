/// Search directions of the full-batch optimizers: what is composed with a line search in descent.h.
#pragma once

#include "lockstep/objective/objective.h"

#include <memory>
#include <string>
#include <vector>

namespace lockstep {

/// A direction d at an iterate and what it took to find it.
struct Direction {
  Vector d;          ///< p; a descent direction: slope < 0
  double slope = 0;  ///< ⟨∇F, d⟩
  double damping = 0;
  std::vector<Index> weak;  ///< parameters whose pivots vanished
};

class DirectionMethod {
 public:
  virtual ~DirectionMethod() = default;
  /// What the method needs to know at an iterate.
  virtual Order order() const = 0;
  /// The direction at a point with this evaluation. The same bits on every rank. Collective.
  virtual Direction compute(const Evaluation& at, Objective& objective) = 0;
};

/// Newton's direction −∇²F⁻¹ ∇F by Cholesky, with Levenberg damping where the Hessian is not positive definite.
std::unique_ptr<DirectionMethod> make_newton_cholesky();

}  // namespace lockstep
