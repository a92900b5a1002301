/// Newton–CG: a truncated Newton method (J. Nocedal, S. Wright, Numerical Optimization, 2nd ed., Alg. 7.1).
///
///   (D B D + λ I) u = −D g  by conjugate gradients until ‖residual‖ ≤ η ‖D g‖,   d = D u
///
/// | symbol | meaning                                                                                | shape |
/// | g      | ∇F                                                                                     | p     |
/// | B      | ∇²F, or the Gauss–Newton matrix: only its products with vectors are asked for           | p × p |
/// | D      | Jacobi preconditioner: 1/√B_jj as a power of two; I where the objective has no diagonal | p     |
/// | η      | forcing term γ (‖D g‖ / ‖D g‖ before)², γ = 0.9, at most ½                              | 1     |
/// | λ      | damping, Gauss–Newton only                                                              | 1     |
///
/// Powers of two are exact: features of any unit give the same relative accuracy. η is not below γ η_before² where that
/// exceeds 0.1 (S. Eisenstat, H. Walker, SIAM J. Sci. Comput. 17 (1996), choice 2): superlinear convergence without
/// solving far from the optimum.
///
/// Line search rather than trust region: a linear model answers shorter steps from kept margins, so a step that is too
/// long costs next to nothing, where a smaller radius costs another solve. Along negative curvature the iteration
/// before is the direction, at the first one steepest descent.
///
/// Gauss–Newton (networks) has no line search: a step is taken when it lowers F, λ follows how well the model
/// predicted it (J. Martens, "Deep learning via Hessian-free optimization", ICML 2010, section 4).
#include "optim/newton_cg.h"

#include "base/lanes.h"
#include "optim/convergence.h"
#include "optim/line_search.h"
#include "optim/line_search_terms.h"
#include "optim/newton_model.h"

#include <algorithm>

namespace lockstep {

namespace {

constexpr double kGamma = 0.9;
constexpr double kLoosest = 0.5;
constexpr double kTightest = 1e-10;

constexpr double kBadRatio = 0.25;
constexpr double kGoodRatio = 0.75;
constexpr double kDampingChange = 1.5;
constexpr double kDampingAfterRejection = 4;
constexpr int kRejections = 40;

double forcing_term(const NewtonCgSettings& settings, const NewtonCgState& state, double scaled_norm) {
  if (settings.forcing > 0) {
    return settings.forcing;
  }
  if (state.previous_gradient_norm == 0) {
    return kLoosest;
  }
  const double ratio = scaled_norm / state.previous_gradient_norm;
  const double safeguard = kGamma * state.forcing * state.forcing;
  const double eta = std::max(kGamma * ratio * ratio, safeguard > 0.1 ? safeguard : 0.0);
  return std::clamp(eta, kTightest, kLoosest);
}

class NewtonCg final : public DescentMethod {
 public:
  explicit NewtonCg(const NewtonCgSettings& settings) : settings_(settings) {}

  bool judges_last_point() const override { return !damps(); }

  /// Those of conjugate gradients and of D.
  Index working_vectors() const override { return 8; }

  Direction direction(const Iterate& from, double negligible, const OptimizerState& state,
                      Objective& objective) const override {
    const double kept = state.newton_cg.damping > 0 ? state.newton_cg.damping : settings_.first_damping;
    return solve(from, negligible, state.newton_cg, objective, damps() ? kept : 0);
  }

  Step step(const Iterate& from, Direction& direction, const OptimizerState& state, Objective& objective,
            Iterate& trial) const override {
    return damps() && !direction.is_newton ? damped_step(from, direction, state, objective, trial)
                                           : backtrack(objective, from, direction, Order::gradient, trial);
  }

  void learn(const Iterate&, const Direction& direction, const Step&, const Iterate&,
             OptimizerState& state) const override {
    if (damps() && direction.is_newton) {
      return;  // a step without λ teaches nothing of it
    }
    state.newton_cg = {direction.next_damping, direction.scaled_norm, direction.forcing};
  }

 private:
  bool damps() const { return settings_.curvature == Curvature::gauss_newton; }

  Direction solve(const Iterate& from, double negligible, const NewtonCgState& state, Objective& objective,
                  double damping) const {
    Direction direction;
    Vector diagonal;
    if (objective.has_hessian_diagonal() && objective.hessian_diagonal(diagonal)) {
      direction.stop_requested = true;
      return direction;
    }
    TruncatedNewton settings;
    settings.curvature = settings_.curvature;
    settings.forcing = [&](double scaled_norm) { return forcing_term(settings_, state, scaled_norm); };
    settings.damping = damping;
    settings.max_products = settings_.max_products;
    const bool is_judged_otherwise = judges_by_hessian(objective);
    direction = direction_by_products(settings, diagonal, {}, from, is_judged_otherwise ? 0 : negligible, objective);
    direction.passes = (diagonal.size() > 0 ? 1 : 0) + direction.products;
    if (is_judged_otherwise) {
      direction.newton_decrease = -1;
    }
    return direction;
  }

  /// The whole step, or that of a larger λ.
  Step damped_step(const Iterate& from, Direction& direction, const OptimizerState& state, Objective& objective,
                   Iterate& trial) const {
    for (int i = 0; i < kRejections; ++i) {
      trial.w = from.w + direction.d;
      evaluate(objective, Order::gradient, trial);
      if (is_finite(trial) && (trial.value < from.value || flat_but_better(trial, from))) {
        objective.update(UpdateKind::accept);
        direction.next_damping = adapted_damping(from, direction, trial);
        return {Step::Status::accepted, 1};
      }
      const std::int64_t products = direction.products;
      const std::int64_t passes = direction.passes;
      if (!trial.at.stop_requested) {
        direction = solve(from, 0, state.newton_cg, objective, kDampingAfterRejection * direction.damping);
        direction.products += products;
        direction.passes += passes;
      }
      if (trial.at.stop_requested || direction.stop_requested) {
        return {Step::Status::stopped, 0};
      }
    }
    return {Step::Status::stalled, 0};
  }

  /// λ by the ratio of the actual to the predicted change of F, where that is above rounding.
  static double adapted_damping(const Iterate& from, const Direction& direction, const Iterate& trial) {
    const double change = trial.value - from.value;
    if (std::abs(change) <= kRounding * from.scale) {
      return direction.damping;
    }
    const double ratio = change / direction.model_change;
    return ratio < kBadRatio ? kDampingChange * direction.damping
                             : (ratio > kGoodRatio ? direction.damping / kDampingChange : direction.damping);
  }

  NewtonCgSettings settings_;
};

}  // namespace

std::unique_ptr<DescentMethod> make_newton_cg(const NewtonCgSettings& settings) {
  return std::make_unique<NewtonCg>(settings);
}

}  // namespace lockstep
