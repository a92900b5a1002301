/// When is a point a minimum? The one definition, used by every full-batch optimizer and by check.
///
///   δ(u) = √( ½ gᵀ H⁻¹ g / S(u) ),   converged: δ ≤ tolerance
///
/// | symbol | meaning                                                                              | shape |
/// | g      | ∇F(u); with L1 the subgradient of least norm of F + Σ λ_j |u_j|                       | p     |
/// | H      | ∇²F(u) (networks: the Gauss–Newton matrix); with L1 on the face of the free parameters | p × p |
/// | S      | size of the terms that F sums at u, penalties included (Evaluation::scale)            | 1     |
///
/// ½ gᵀH⁻¹g, half the squared Newton decrement (S. Boyd, L. Vandenberghe, Convex Optimization, §9.5.1), is the decrease
/// of F that a Newton step promises: near a minimum it is F − F*. So δ ≤ tolerance says F − F* ≤ about tolerance² · S.
/// It does not depend on the units of columns or labels, as ‖∇F‖ does, nor on where a run started.
#pragma once

#include "optim/descent_method.h"

#include <string>

namespace lockstep {

/// tolerance² · S: a decrease of F that is not worth a step.
double negligible_decrease(const Iterate& at, double tolerance);

/// A decrease of F that it cannot show: sums round by ε of their terms, and margins x·u, columns of size one, by ε
/// ‖u‖₁, where columns that are all but copies have coefficients of any size. At most 1e-10 S.
double rounding_of_value(const Iterate& at);

/// δ of a promised decrease.
double relative_decrement(double decrease, const Iterate& at);

/// Most parameters with which the Hessian judges convergence: it sees columns that are all but copies of one another,
/// which products of any affordable number do not, and takes the time of some 20 passes at most.
inline constexpr Index kMostJudgedByHessian = 1000;

/// True where newton_direction() takes the Hessian, which sees near dependences that products leave in the dark.
bool judges_by_hessian(const Objective& objective);

/// True where products can bound what they have not found: L2 leaves all penalised parameters some curvature, and there
/// is no L1 whose face may still change.
bool bounds_by_products(const Objective& objective);

/// Newton's direction at an accepted iterate, with newton_decrease: by Cholesky where the Hessian is small (one pass),
/// else by conjugate gradients (a product each), which go on until they promise more than `negligible` or nothing of
/// that size can hide: beside scaled curvature of 1e-8 or more, or where the least curvature is known (Structure) at
/// all, newton_decrease then counting in what may hide. Collective.
Direction newton_direction(Objective& objective, const Iterate& from, double negligible);

/// What a Newton step that promises next to nothing does to the rows where F may have its optimum at infinity.
enum class Settling {
  settled,  ///< it moves no margin
  moving,   ///< it moves some this way and some that: rows with next to no curvature, of which the promise says nothing
  stopped   ///< some rank wishes to stop
};

/// Throws NoFiniteOptimum naming the parameters that grow without bound where F recedes along the direction: all losses
/// that it changes go on falling. Two passes where the step is long enough to tell, two more before it throws; they are
/// counted in `direction`. Collective.
Settling settling(Objective& objective, const Iterate& from, Direction& direction);

/// "age, income and 3 more grow without bound": the parameters that d changes most, the largest change in front.
std::string growing_parameters(const Objective& objective, const Vector& d);

/// True when the direction shows that Newton's promise at its iterate is no more than `negligible`, for which it was
/// asked, or rounding.
bool shows_convergence(const Direction& direction, double negligible);

}  // namespace lockstep
