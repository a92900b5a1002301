/// Why an optimizer cannot go on: numerical stops of which a caller can say more.
#pragma once

#include "lockstep/base/errors.h"

namespace lockstep {

/// The objective, its gradient or the next parameters are not finite.
class Overflow : public NumericalStop {
 public:
  using NumericalStop::NumericalStop;
};

/// F is finite, and far above where it started (divergence.h).
class Divergence : public NumericalStop {
 public:
  using NumericalStop::NumericalStop;
};

/// Some parameters grow without bound, as where the model separates the classes: only a penalty gives a finite optimum.
class NoFiniteOptimum : public NumericalStop {
 public:
  using NumericalStop::NumericalStop;
};

}  // namespace lockstep
