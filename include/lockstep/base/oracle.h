/// The words of oracle calls.
#pragma once

#include "lockstep/base/types.h"

#include <cstdint>

namespace lockstep {

/// Each includes those before it.
enum class Order { value, gradient, hessian };

/// Which second derivative a product with a vector uses.
enum class Curvature {
  exact,         ///< ∇²F
  gauss_newton,  ///< Jᵀ (∇²ℓ) J: positive semidefinite where ℓ is convex in z; equal to ∇²F where z is linear in w
};

/// How often F can be differentiated, and so which slopes the remainders of its expansions have.
enum class Smoothness {
  smooth,           ///< slopes 2 and 3
  kinked_gradient,  ///< ∇F has kinks (huber, squared hinge): slope 2
  kinked,           ///< F has kinks (perceptron, relu): slope 2 between them
};

/// Step `step` of the S = ⌈n/B⌉ of an epoch, both from 0.
struct BatchPosition {
  std::int64_t epoch = 0;
  std::int64_t step = 0;
};

/// Parameters first, first + stride, … (`count` of them) whose common shift changes no margin that matters: F is
/// constant along it.
struct InvariantShift {
  Index first = 0;
  Index stride = 1;
  Index count = 0;
};

}  // namespace lockstep
