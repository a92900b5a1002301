/// How far an evaluation goes.
#pragma once

namespace lockstep {

/// Each includes those before it.
enum class Order { value, gradient, hessian };

/// Which second derivative a product with a vector uses.
enum class Curvature {
  exact,         ///< ∇²F
  gauss_newton,  ///< Jᵀ (∇²ℓ) J: positive semidefinite where ℓ is convex in z; equal to ∇²F where z is linear in w
};

}  // namespace lockstep
