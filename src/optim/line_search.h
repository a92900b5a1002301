/// Step rules along a descent direction (J. Nocedal, S. Wright, Numerical Optimization, 2nd ed., chapter 3).
///
///   sufficient decrease   F(w + t d) ≤ F(w) + c₁ t ⟨∇F, d⟩                    c₁ = 1e-4
///   strong Wolfe          and |⟨∇F(w + t d), d⟩| ≤ c₂ |⟨∇F, d⟩|               c₂ = 0.9
///
/// The first step is tried with a full pass (value, gradient, Hessian at once): an iteration that accepts it costs one
/// pass. Other steps are chosen from F along the direction, which a linear model answers from kept margins; one full
/// pass at the chosen point follows. Near the optimum differences of F are rounding, and the gradient decides (after
/// W. Hager, H. Zhang, SIAM J. Optim. 16 (2005)).
///
/// All take an accepted iterate and leave the next one in `trial` when they accept. Collective.
#pragma once

#include "optim/descent_method.h"

namespace lockstep {

/// first_step · d, whatever F does. Throws Overflow where F is not finite.
Step fixed_step(Objective& objective, const Iterate& from, const Direction& direction, Iterate& trial);

/// The longest of first_step and shorter steps with sufficient decrease.
Step backtrack(Objective& objective, const Iterate& from, const Direction& direction, Order order, Iterate& trial);

/// Bracketing and zoom with cubic interpolation (Alg. 3.5, 3.6) to a strong Wolfe point.
Step strong_wolfe(Objective& objective, const Iterate& from, const Direction& direction, Iterate& trial);

/// Backtracking along the path that stays in the orthant of w, full passes: F + l1 ‖w‖₁ has kinks elsewhere.
Step backtrack_in_orthant(Objective& objective, const Iterate& from, const Direction& direction, Iterate& trial);

}  // namespace lockstep
