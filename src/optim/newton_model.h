/// Newton's direction, by the Hessian or by its products alone, with what it promises (convergence.h).
#pragma once

#include "optim/descent_method.h"
#include "optim/symmetric_solver.h"

#include <functional>

namespace lockstep {

/// d = −(H + damping)⁻¹ g on the free parameters (0 or 1, p; empty: all). Where damping was needed, step and
/// promise fall short: once little is promised they are refined by conjugate gradients with the factor as
/// preconditioner, whose products are exact where H, a sum of squares, is rounded. The same bits on every rank.
/// Collective.
Direction direction_by_factor(const SymmetricSolver& solver, const SymmetricMatrix& hessian, const Vector& free,
                              const Iterate& from, double negligible, Objective& objective);

struct TruncatedNewton {
  Curvature curvature = Curvature::gauss_newton;
  /// η, the relative residual to aim at, from ‖D g‖.
  std::function<double(double scaled_norm)> forcing;
  double tail = 0;     ///< > 0: in place of η where L2 bounds what is left to gain: the part of the promise to leave
  double damping = 0;  ///< λ added to the scaled curvature
  std::int64_t max_products = 1000;
};

/// (D B D + λ I) y = −D g by conjugate gradients on the free parameters, d = D y; D: 1/√B_jj as a power of two from the
/// diagonal of the curvature (p), I where that is empty. With a tail, and where the least curvature is known
/// (Structure), what is left to gain is bounded, and intercepts have longer units. A product is a pass. Collective.
Direction direction_by_products(const TruncatedNewton& settings, const Vector& diagonal, const Vector& free,
                                const Iterate& from, double negligible, Objective& objective);

}  // namespace lockstep
