/// What a point is: a minimum, a saddle point, or not stationary. Second-order necessary conditions, measured.
///
///   not stationary   δ(w) > tolerance (convergence.h), the rule by which training stops, and above rounding
///   minimum          λ_min ≥ −rounding · λ_max
///   saddle           otherwise
///
/// λ are the eigenvalues of ∇²F in the oracle's scales (Objective::scales), without the directions in which F is
/// constant. With L1 they are those of the Hessian restricted to the parameters that are not zero or not penalised,
/// where the objective is smooth.
#pragma once

#include "objective/spectrum.h"

#include <string>

namespace lockstep {

enum class Verdict {
  minimum,
  saddle,
  not_stationary,
  undetermined,  ///< Lanczos did not converge, and found no direction of negative curvature
};

struct CertificateSettings {
  double tolerance = 1e-6;
  bool is_convex = false;  ///< every stationary point is a minimum, also where Lanczos does not converge
  SpectrumSettings spectrum = {};
};

struct Certificate {
  double objective = 0;      ///< F(w), with l1 ‖w‖₁
  double gradient_norm = 0;  ///< ‖∇F(w)‖; with L1 of the subgradient of least norm
  double decrement = -1;     ///< δ(w), from below; −1: it could not be found
  double tolerance = 0;      ///< of δ
  Spectrum spectrum;         ///< of ∇²F(w)
  double rounding = 0;       ///< λ_min ≥ −rounding counts as not negative
  Verdict verdict = Verdict::undetermined;
};

/// The certificate of w (p). Throws NumericalStop where F or its derivatives are not finite there or
/// F has no finite optimum that this could be near to. Collective.
Certificate certify(Objective& objective, const Vector& w, const CertificateSettings& settings);

std::string to_string(Verdict verdict);

}  // namespace lockstep
