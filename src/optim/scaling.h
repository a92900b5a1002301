/// Powers of two that make parameters of any unit alike.
#pragma once

#include "lockstep/base/types.h"

#include <cmath>

namespace lockstep {

/// D, p: brings the diagonal h (p) of a Hessian to D² h of magnitude [1, 4). Powers of two: scaling by them is exact.
/// 1 where h is zero or not finite.
inline Vector power_of_two_scales(const Vector& h) {
  Vector scales = Vector::Ones(h.size());
  for (Index j = 0; j < h.size(); ++j) {
    if (h[j] != 0 && std::isfinite(h[j])) {
      scales[j] = std::ldexp(1.0, -static_cast<int>(std::floor(0.5 * std::ilogb(h[j]))));
    }
  }
  return scales;
}

}  // namespace lockstep
