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

/// The model separates the classes and nothing bounds its parameters: only a penalty gives a finite optimum.
class SeparatedClasses : public NumericalStop {
 public:
  using NumericalStop::NumericalStop;
};

}  // namespace lockstep
