/// What a point is: a minimum, a saddle point, or not stationary. Second-order necessary conditions, measured.
///
///   not stationary   ‖∇F(w)‖ > tolerance · max(1, ‖∇F(w₀)‖), the rule by which training stops
///   minimum          λ_min ≥ −rounding · λ_max
///   saddle           otherwise
///
/// λ are the eigenvalues of ∇²F(w) on the raw scale of the parameters, without the directions in which F is constant.
/// With L1 the gradient is the subgradient of F + l1 ‖w‖₁ of least norm, and λ those of the Hessian restricted to the
/// parameters that are not zero or not penalised, where the objective is smooth.
#pragma once

#include "lockstep/objective/spectrum.h"

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
  double objective = 0;            ///< F(w), with l1 ‖w‖₁
  double gradient_norm = 0;        ///< ‖∇F(w)‖
  double start_gradient_norm = 0;  ///< ‖∇F(w₀)‖
  double gradient_bound = 0;       ///< tolerance · max(1, ‖∇F(w₀)‖)
  Spectrum spectrum;               ///< of ∇²F(w)
  double rounding = 0;             ///< λ_min ≥ −rounding counts as not negative
  Verdict verdict = Verdict::undetermined;
};

/// The certificate of w (p) for training that started at `start` (p). Throws NumericalStop where F or its derivatives
/// are not finite at one of them. Collective.
Certificate certify(Objective& objective, const Vector& w, const Vector& start, const CertificateSettings& settings);

std::string to_string(Verdict verdict);

}  // namespace lockstep
