#include "lockstep/objective/certificate.h"

#include "lockstep/base/errors.h"
#include "lockstep/base/lanes.h"
#include "lockstep/objective/regularizer.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace lockstep {

namespace {

/// Part of λ_max below which an eigenvalue is rounding: products are sums of thousands of rows in float64.
constexpr double kRounding = 1e-12;

bool is_penalised_zero(const L1Term& l1, const Vector& w, Index j) {
  return l1.strength > 0 && j < l1.penalised && w[j] == 0;
}

/// Evaluates F + l1 ‖w‖₁ at w, which becomes the accepted point.
std::pair<double, double> value_and_gradient_norm(Objective& objective, const Vector& w) {
  Evaluation at;
  objective.evaluate(w, Order::gradient, at);
  objective.update(UpdateKind::initial);
  if (!std::isfinite(at.value) || !at.gradient.allFinite()) {
    throw NumericalStop("the objective or its gradient is not finite at the point to check");
  }
  const L1Term l1 = objective.l1();
  return {at.value + l1_value(l1, w), norm(minimum_norm_subgradient(l1, w, at.gradient))};
}

Verdict judge(const Certificate& c, bool is_convex) {
  if (c.gradient_norm > c.gradient_bound) {
    return Verdict::not_stationary;
  }
  if (c.spectrum.smallest < -c.rounding) {  // a Rayleigh quotient: negative curvature, converged or not
    return Verdict::saddle;
  }
  return c.spectrum.converged || is_convex ? Verdict::minimum : Verdict::undetermined;
}

}  // namespace

Certificate certify(Objective& objective, const Vector& w, const Vector& start, const CertificateSettings& settings) {
  Certificate certificate;
  certificate.start_gradient_norm = value_and_gradient_norm(objective, start).second;
  std::tie(certificate.objective, certificate.gradient_norm) = value_and_gradient_norm(objective, w);
  certificate.gradient_bound = settings.tolerance * std::max(1.0, certificate.start_gradient_norm);
  std::vector<bool> is_free;
  if (const L1Term l1 = objective.l1(); l1.strength > 0) {
    for (Index j = 0; j < w.size(); ++j) {
      is_free.push_back(!is_penalised_zero(l1, w, j));
    }
  }
  certificate.spectrum = extreme_eigenvalues(objective, w, is_free, settings.spectrum);
  if (!std::isfinite(certificate.spectrum.smallest) || !std::isfinite(certificate.spectrum.largest)) {
    throw NumericalStop("the Hessian is not finite at the point to check");
  }
  certificate.rounding =
      kRounding * std::max(std::abs(certificate.spectrum.smallest), std::abs(certificate.spectrum.largest));
  certificate.verdict = judge(certificate, settings.is_convex);
  return certificate;
}

std::string to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::minimum:
      return "minimum";
    case Verdict::saddle:
      return "saddle";
    case Verdict::not_stationary:
      return "not stationary";
    case Verdict::undetermined:
      break;
  }
  return "not determined";
}

}  // namespace lockstep
