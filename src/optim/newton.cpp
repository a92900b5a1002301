/// Newton's method with a factor of the Hessian (symmetric_solver.h): d = −(∇²F + damping)⁻¹ ∇F.
#include "base/lanes.h"
#include "optim/convergence.h"
#include "optim/line_search.h"
#include "optim/newton_model.h"

namespace lockstep {

namespace {

class Newton final : public DescentMethod {
 public:
  explicit Newton(const SymmetricSolver& solver) : solver_(solver) {}

  Order order() const override { return Order::hessian; }

  Direction direction(const Iterate& from, double negligible, const OptimizerState&,
                      Objective& objective) const override {
    return direction_by_factor(solver_, from.at.hessian, {}, from, negligible, objective);
  }

  /// The direction can be useless, as where a loss is linear in every row and H is zero (huber far from its minimum),
  /// or where rows are saturated and H is all but zero along it: then steepest descent, each step trying twice the one
  /// before.
  Step step(const Iterate& from, Direction& direction, const OptimizerState& state, Objective& objective,
            Iterate& trial) const override {
    const Step newton = backtrack(objective, from, direction, order(), trial);
    const bool is_at_rounding = direction.damping == 0 && direction.predicted_decrease() <= rounding_of_value(from);
    if (newton.status != Step::Status::stalled || is_at_rounding) {
      return newton;
    }
    direction = restart(from, state.last_step_length);
    return backtrack(objective, from, direction, order(), trial);
  }

  void learn(const Iterate&, const Direction& direction, const Step& step, const Iterate&,
             OptimizerState& state) const override {
    state.last_step_length = direction.is_restart ? step.length : 0;
  }

 private:
  const SymmetricSolver& solver_;
};

}  // namespace

std::unique_ptr<DescentMethod> make_newton(const SymmetricSolver& solver) {
  return std::make_unique<Newton>(solver);
}

std::unique_ptr<DescentMethod> make_newton_cholesky() {
  return make_newton(cholesky_solver());
}

}  // namespace lockstep
