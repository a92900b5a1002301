/// The penalty with kinks that an oracle tells of (L1Term) and the optimizers add.
#pragma once

#include "lockstep/objective/structure.h"

namespace lockstep {

/// Σ strength_j |u_j|.
double l1_value(const L1Term& l1, const Vector& u);

/// The subgradient of F + Σ strength_j |u_j| of least norm at u (p), given ∇F (p): zero exactly at a minimiser.
Vector minimum_norm_subgradient(const L1Term& l1, const Vector& u, const Vector& gradient);

}  // namespace lockstep
