/// Are ∇F and ∇²F the derivatives of F? Measured numbers with what they should be.
///
///   r₁(h) = F(w + hd) − F(w) − h ⟨∇F, d⟩      falls as h²
///   r₂(h) = r₁(h) − ½ h² dᵀ∇²F d              falls as h³
///
/// | symbol  | meaning                            | shape |
/// | w       | point                              | p     |
/// | d, u, v | random directions                  | p     |
/// | h       | step length, 1, ½, ¼, …            |       |
///
/// F is the smooth part of the objective: an L1 penalty is left out.
#pragma once

#include "lockstep/base/types.h"
#include "lockstep/objective/objective.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep {

struct DerivativeCheck {
  enum class Kind {
    gradient_slope,          ///< of r₁ against 2
    hessian_slope,           ///< of r₂ against 3
    directional_derivative,  ///< ⟨∇F, d⟩ against lim (F(w + hd) − F(w − hd)) / 2h
    hessian_symmetry,        ///< uᵀHv against vᵀHu
    hessian_product,         ///< Hv against the product with the explicit Hessian: the largest difference, scaled
    gradient_difference,     ///< Hv against the limit of differences of ∇F along v: the largest difference, relative,
                             ///< of what rounding does not explain
  };
  Kind kind{};
  double measured = 0;
  double expected = 0;
  /// Passed when measured ≥ expected − tolerance (slopes; a remainder may fall faster), else when the two differ by no
  /// more than that.
  double tolerance = 0;
  bool at_rounding = false;  ///< slopes: the remainder is rounding already, which passes; `measured` is `expected`
  bool passed = false;
};

struct DerivativeSettings {
  Smoothness smoothness = Smoothness::smooth;
  bool has_hessian = true;       ///< Order::hessian works; else Hv is held against differences of ∇F
  Index largest_hessian = 2000;  ///< no explicit Hessian of more parameters
  std::uint64_t seed = 0;        ///< of the directions
};

/// All checks that fit, at w (p); where F has kinks, close to w, which may lie on one. A direction in which one fails
/// is replaced by another, up to a few times: the remainder can cross a kink or vanish by chance, but wrong derivatives
/// fail along all of them. Throws NumericalStop where F or its derivatives are not finite. Collective.
std::vector<DerivativeCheck> check_derivatives(Objective& objective, const Vector& w,
                                               const DerivativeSettings& settings);

/// A random direction d (p), the same on every rank: normal, scaled by 1/√Hⱼⱼ at w where the objective has the diagonal
/// (so that badly scaled columns count alike), and halved until F(w + d) is finite and differs from F(w) by no more
/// than max(1, |F(w)|). Throws NumericalStop where F(w) is not finite. Collective.
Vector random_direction(Objective& objective, const Vector& w, std::uint64_t seed, std::uint32_t number);

/// start + random_direction(start). Collective.
Vector random_point(Objective& objective, const Vector& start, std::uint64_t seed);

}  // namespace lockstep
