/// What an optimizer takes of memory.
#pragma once

#include "lockstep/fit/settings.h"

namespace lockstep {

/// Vectors of p that an optimizer needs.
struct OptimizerVectors {
  Index state = 0;    ///< kept from step to step: a checkpoint holds them
  Index working = 0;  ///< beside them; partial sums and Hessians are not counted
};

/// Those of the optimizer of the completed `settings` for so many parameters.
OptimizerVectors optimizer_vectors(const FitSettings& settings, Index parameters);

}  // namespace lockstep
