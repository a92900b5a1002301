/// Extreme eigenvalues of the Hessian from its products with vectors, on the raw scale of the parameters.
///
/// A = P H P on the space that P projects on: parameters that may move (all; with L1 those that are not zero or not
/// penalised) without the directions in which F is constant (Objective::remove_invariant).
///
/// | symbol | meaning              | shape |
/// | H      | ∇²F(w)               | p × p |
/// | P      | orthogonal projector | p × p |
#pragma once

#include "lockstep/objective/objective.h"

#include <cstdint>
#include <vector>

namespace lockstep {

struct SpectrumSettings {
  Index dense_limit = 512;  ///< up to so many parameters H is built by p products, about what Lanczos takes, and solved
  double accuracy = 1e-7;   ///< > 0: Lanczos stops at residuals of this part of the largest |eigenvalue|
  std::int64_t restarts = 60;  ///< ≥ 1: most restarts of Lanczos, each of about 30 products
  std::uint64_t seed = 0;      ///< of the first vector
};

struct Spectrum {
  double smallest = 0;
  double largest = 0;
  /// False: Lanczos ran out of restarts. The smallest eigenvalue is then at most `smallest`, the largest at least
  /// `largest`, both being Rayleigh quotients.
  bool converged = true;
  double accuracy = 0;        ///< half-width of each where converged
  std::int64_t products = 0;  ///< Hessian–vector products taken
};

/// The spectrum at w (p), which must be the point last accepted. `is_free` (p entries, or none: all) says which
/// parameters may move. All zeros where none may. By Lanczos with implicit restarts (D. C. Sorensen, SIAM J. Matrix
/// Anal. Appl. 13 (1992); the library Spectra), or densely, on the leading rank; the others take part in its products.
/// Collective.
Spectrum extreme_eigenvalues(Objective& objective, const Vector& w, const std::vector<bool>& is_free,
                             const SpectrumSettings& settings);

}  // namespace lockstep
