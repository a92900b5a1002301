/// What the full-batch loop (descent.h) composes: a search direction and a step rule along it.
///
/// | method                | direction                              | step rule                                     |
/// | gradient descent      | −∇F                                    | fixed, or backtracking from twice the last step |
/// | L-BFGS                | two-loop recursion                     | strong Wolfe                                  |
/// | OWL-QN (L1 > 0)       | two-loop recursion on the orthant face | projected backtracking                        |
/// | Newton–Cholesky       | −(∇²F + damping)⁻¹ ∇F                  | backtracking                                  |
/// | Newton–CG             | truncated conjugate gradients          | backtracking; Gauss–Newton: Levenberg–Marquardt |
///
/// Methods keep nothing between calls: what the next step depends on is in OptimizerState, so a resumed run takes the
/// steps of the undisturbed one.
#pragma once

#include "lockstep/objective/objective.h"
#include "lockstep/optim/state.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace lockstep {

/// A point, what the oracle said there, and the objective with its L1 penalty.
struct Iterate {
  Vector w;          ///< p, in the oracle's scales (Objective::scales)
  Evaluation at;     ///< of the smooth part
  double value = 0;  ///< F(w) + l1 ‖w‖₁
  double scale = 0;  ///< size of the terms of that: its rounding is relative to this
  Vector gradient;   ///< subgradient of least norm of that, p; ∇F(w) without L1
};

/// Evaluates the objective at point.w up to `order` (gradient at least). Collective.
void evaluate(Objective& objective, Order order, Iterate& point);

/// ‖∇F‖ in the parameters that people see, D⁻¹ times that of the oracle.
double gradient_norm(const Objective& objective, const Iterate& point);

/// F and its gradient are numbers there.
bool is_finite(const Iterate& point);

/// A parameter whose column is a combination of others, and which.
struct DependentParameter {
  Index parameter = 0;
  std::vector<Index> partners;
};

/// A direction d at an iterate and what it took to find it.
struct Direction {
  Vector d;                                   ///< p; a descent direction: slope < 0
  double slope = 0;                           ///< ⟨gradient, d⟩
  double first_step = 1;                      ///< the step rule tries this multiple of d first
  double damping = 0;                         ///< λ that was added to the curvature
  double next_damping = 0;                    ///< Gauss–Newton: λ after the step was judged
  double model_change = 0;                    ///< Gauss–Newton: change of F that its model predicts, λ left out
  std::vector<DependentParameter> dependent;  ///< parameters whose pivots vanished
  Vector hidden;                              ///< part of the point where λ outweighs the curvature, p; empty: none
  std::int64_t products = 0;                  ///< curvature products
  std::int64_t passes = 0;                    ///< over the data, products included
  std::int64_t check_passes = 0;              ///< those of them that judged the iterate
  double forcing = 0;                         ///< η: relative residual that conjugate gradients aimed at
  double scaled_norm = 0;                     ///< ‖D ∇F‖ in the scaling that conjugate gradients used
  bool is_newton = false;       ///< an undamped Newton direction, or as near to one as the curvature allows
  double newton_decrease = -1;  ///< what Newton's step promises (convergence.h), from below; −1: not known
  double rounding = 0;          ///< of newton_decrease
  bool is_restart = false;      ///< steepest descent, after the method's own direction failed
  bool stop_requested = false;  ///< some rank wished to stop; d is unusable

  /// Decrease of F that the model behind the direction promises for the first step.
  double predicted_decrease() const { return -0.5 * first_step * slope; }
};

/// −∇F; the step rule first tries twice the last step, without one (0) a step of unit length.
Direction steepest_descent(const Iterate& from, double last_step_length);

/// The same in place of a direction that failed.
Direction restart(const Iterate& from, double last_step_length);

/// How a step rule ended.
struct Step {
  enum class Status {
    accepted,
    stalled,  ///< no step lowers F: rounding level, or the direction is useless
    stopped   ///< some rank wished to stop before a step was accepted
  };
  Status status = Status::accepted;
  double length = 0;  ///< t: the new point is w + t d (projected, for OWL-QN)
};

class DescentMethod {
 public:
  virtual ~DescentMethod() = default;

  /// What the method needs to know at an iterate.
  virtual Order order() const { return Order::gradient; }

  /// True when an L1 penalty is allowed.
  virtual bool handles_l1() const { return false; }

  /// The direction at an accepted iterate; a decrease of F of no more than `negligible` is not worth a step. The same
  /// bits on every rank. Collective.
  virtual Direction direction(const Iterate& from, double negligible, const OptimizerState& state,
                              Objective& objective) const = 0;

  /// Vectors of p that the method keeps in the state, and those that it works on beside the loop's.
  virtual Index state_vectors(Index parameters) const {
    static_cast<void>(parameters);
    return 0;
  }
  virtual Index working_vectors() const { return 0; }

  /// False where a direction takes many passes that the end of a run cannot spare to judge its last point.
  virtual bool judges_last_point() const { return true; }

  /// Searches along the direction, which may be replaced by a better founded one. On acceptance `trial` is the new
  /// iterate and the oracle has been told; otherwise it is unspecified. Collective.
  virtual Step step(const Iterate& from, Direction& direction, const OptimizerState& state, Objective& objective,
                    Iterate& trial) const = 0;

  /// Writes what the accepted step taught into the state.
  virtual void learn(const Iterate& from, const Direction& direction, const Step& step, const Iterate& to,
                     OptimizerState& state) const;
};

/// Gradient descent. learning_rate > 0: fixed step, NumericalStop when F overflows. 0: backtracking line search whose
/// first trial is twice the last accepted step, at the start a step of unit length.
std::unique_ptr<DescentMethod> make_gradient_descent(double learning_rate);

/// Pairs that L-BFGS remembers unless told otherwise.
inline constexpr int kLbfgsMemory = 10;

/// Pairs that it remembers of so many parameters where `memory` are asked for: at most so many that they take 640 MiB,
/// but 3 at the least. Every rank holds them, and a checkpoint.
int lbfgs_pairs(int memory, Index parameters);

/// L-BFGS (J. Nocedal, S. Wright, Numerical Optimization, 2nd ed., Alg. 7.4, 7.5) with at most `memory` ≥ 1 pairs,
/// lbfgs_pairs(), of 2 vectors of p. Where the objective has an L1 penalty: OWL-QN (orthant.h).
std::unique_ptr<DescentMethod> make_lbfgs(int memory = kLbfgsMemory);

/// Newton's direction −∇²F⁻¹ ∇F by Cholesky, with Levenberg damping where the Hessian is not positive definite.
std::unique_ptr<DescentMethod> make_newton_cholesky();

/// The same with another solver, which outlives the method.
class SymmetricSolver;
std::unique_ptr<DescentMethod> make_newton(const SymmetricSolver& solver);

}  // namespace lockstep
