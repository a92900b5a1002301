#include "optim/certificate.h"

#include "lockstep/base/errors.h"
#include "optim/convergence.h"

#include <algorithm>
#include <cmath>

namespace lockstep {

namespace {

/// Part of λ_max below which an eigenvalue is rounding: products are sums of thousands of rows in float64.
constexpr double kRounding = 1e-12;

bool is_penalised_zero(const L1Term& l1, const Vector& w, Index j) {
  return l1.penalises(j) && w[j] == 0;
}

Verdict judge(const Certificate& c, bool stationary, bool is_convex) {
  if (!stationary) {
    return Verdict::not_stationary;
  }
  if (c.spectrum.smallest < -c.rounding) {  // a Rayleigh quotient: negative curvature, converged or not
    return Verdict::saddle;
  }
  return c.spectrum.converged || is_convex ? Verdict::minimum : Verdict::undetermined;
}

/// Newton's promise is negligible, or F cannot show it.
bool is_stationary(Objective& objective, const Iterate& at, const Direction& newton, double negligible) {
  if (shows_convergence(newton, negligible)) {
    return true;
  }
  const double rounding = rounding_of_value(at);
  const Direction longer = newton.newton_decrease > rounding ? newton : newton_direction(objective, at, rounding);
  if (!shows_convergence(longer, rounding)) {
    return false;
  }
  Iterate there;
  there.w = at.w + longer.d;
  evaluate(objective, Order::gradient, there);
  return !(there.value < at.value);
}

}  // namespace

Certificate certify(Objective& objective, const Vector& w, const CertificateSettings& settings) {
  Iterate at;
  at.w = to_scaled(objective, w);
  evaluate(objective, Order::gradient, at);
  objective.update(UpdateKind::initial);
  if (!is_finite(at)) {
    throw Agreed<NumericalStop>("the objective or its gradient is not finite at the point to check");
  }
  const double negligible = negligible_decrease(at, settings.tolerance);
  Direction newton = newton_direction(objective, at, negligible);
  Certificate certificate;
  certificate.objective = at.value;
  certificate.gradient_norm = gradient_norm(objective, at);
  certificate.decrement = newton.newton_decrease < 0 ? -1 : relative_decrement(newton.newton_decrease, at);
  certificate.tolerance = settings.tolerance;
  std::vector<bool> is_free;
  if (const L1Term& l1 = objective.l1(); !l1.is_zero()) {
    for (Index j = 0; j < w.size(); ++j) {
      is_free.push_back(!is_penalised_zero(l1, w, j));
    }
  }
  certificate.spectrum = extreme_eigenvalues(objective, at.w, is_free, settings.spectrum);
  if (!std::isfinite(certificate.spectrum.smallest) || !std::isfinite(certificate.spectrum.largest)) {
    throw Agreed<NumericalStop>("the Hessian is not finite at the point to check");
  }
  certificate.rounding =
      kRounding * std::max(std::abs(certificate.spectrum.smallest), std::abs(certificate.spectrum.largest));
  const bool stationary =
      is_stationary(objective, at, newton, negligible) && settling(objective, at, newton) == Settling::settled;
  certificate.verdict = judge(certificate, stationary, settings.is_convex);
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
