/// The derivative of ∇F along a line, from gradients alone: entry by entry, and how far rounding may have moved it.
///
///   lim (∇F(w + hd) − ∇F(w − hd)) / 2h  for h → 0
#pragma once

#include "lockstep/base/types.h"

#include <functional>

namespace lockstep {

struct GradientLimit {
  Vector value;     ///< p
  Vector rounding;  ///< p; standard deviation of `value`, truncation of the series included
};

/// `gradient_at(h)` is ∇F(w + hd), for h from −1 to 1; F may vary on any scale down to |h| = 1e-9.
GradientLimit gradient_limit(const std::function<Vector(double)>& gradient_at);

}  // namespace lockstep
