/// F + l1 ‖w‖₁ as seen from w: the orthant-wise view of OWL-QN (G. Andrew, J. Gao, "Scalable training of
/// L1-regularized log-linear models", ICML 2007).
#pragma once

#include "objective/l1_term.h"
#include "optim/descent_method.h"

namespace lockstep {

/// 1 for the parameters that may move (w_j ≠ 0, or F falls as w_j leaves zero), else 0; p.
Vector free_parameters(const L1Term& l1, const Iterate& from);

/// Zeroes the components of d that would take a parameter from zero against its subgradient; all components against it
/// where d would otherwise not be a descent direction.
void align_with_orthant(const L1Term& l1, const Iterate& from, Vector& d);

/// w + t d, with 0 for every penalised parameter that would leave the orthant of w (at zero: of −gradient); p.
Vector step_in_orthant(const L1Term& l1, const Iterate& from, const Vector& d, double t);

}  // namespace lockstep
