/// What an optimizer may know of an objective beyond its values.
#pragma once

#include "lockstep/base/types.h"

#include <functional>
#include <string>
#include <vector>

namespace lockstep {

/// Σ_j strength_j |u_j|.
struct L1Term {
  Vector strength;  ///< ≥ 0, p; 0 for parameters that are not penalised; empty: there is no such term

  bool is_zero() const { return strength.size() == 0; }
  /// True where u_j = 0 is a kink of the term.
  bool penalises(Index j) const { return !is_zero() && strength[j] > 0; }
};

/// Nothing is known of a default one.
struct Structure {
  /// D (p; empty: all 1) brings the parameters to one size: the oracle works in u = D⁻¹ w, where w are the parameters
  /// that people and files see. Every vector of an oracle call is in u. Powers of two unless columns are centred.
  Vector scales;
  /// Centres c of the columns that parameters multiply (p; empty: none is centred), and of each such parameter the
  /// intercept beside it: w = D u, of intercepts u − Σ_j c_j w_j over those beside it. Without a Hessian and its
  /// diagonal.
  Vector centres;
  std::vector<Index> intercepts;
  /// The L1 penalty that F leaves out.
  L1Term l1;
  /// μ (p; empty: not known): ∇²F − diag(μ) is positive semidefinite everywhere, as an L2 penalty on a convex loss
  /// makes it. 0 for the few parameters without penalty, intercepts, of which the ∇²F of their own is well-conditioned
  /// in units of its diagonal, the shifts left out.
  Vector least_curvature;
  /// That of the products that steps take: exact where F is convex or not known.
  Curvature curvature = Curvature::exact;
  /// Weight decay shrinks the first so many parameters; −1: all.
  Index penalised = -1;
  /// Directions in which F is constant (the common shift of softmax coefficients).
  std::vector<InvariantShift> shifts;
  /// Order::hessian works.
  bool has_hessian = false;
  /// hessian_diagonal() works.
  bool has_hessian_diagonal = false;
  /// F may have its optimum at infinity, which recession() then shows.
  bool can_recede = false;
  /// The strict separation of the classes rules out a finite minimiser: logistic loss, no penalty.
  bool unbounded_when_separated = false;
  /// Name of parameter j for messages ("area", "intercept"); empty: by number.
  std::function<std::string(Index)> name;
};

}  // namespace lockstep
