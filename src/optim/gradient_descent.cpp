/// Gradient descent: w ← w − t ∇F(w).
#include "base/lanes.h"
#include "optim/divergence.h"
#include "optim/line_search.h"

namespace lockstep {

namespace {

/// Twice the last step overshoots by less than this many halvings.
constexpr int kHalvings = 4;

class GradientDescent final : public DescentMethod {
 public:
  explicit GradientDescent(double learning_rate) : learning_rate_(learning_rate) {}

  Direction direction(const Iterate& from, double, const OptimizerState& state, Objective&) const override {
    Direction steepest = steepest_descent(from, state.last_step_length);
    steepest.first_step = learning_rate_ > 0 ? learning_rate_ : steepest.first_step;
    return steepest;
  }

  Step step(const Iterate& from, Direction& direction, const OptimizerState&, Objective& objective,
            Iterate& trial) const override {
    if (learning_rate_ > 0 && !direction.is_newton) {
      return fixed_step(objective, from, direction, trial);
    }
    Step step = backtrack(objective, from, direction, Order::gradient, trial);
    // Where F is flat to rounding only the gradient could accept, and it grows beyond twice the best step.
    for (int i = 0; i < kHalvings && step.status == Step::Status::stalled; ++i) {
      direction.first_step *= 0.5;
      step = backtrack(objective, from, direction, Order::gradient, trial);
    }
    return step;
  }

  void learn(const Iterate& from, const Direction& direction, const Step& step, const Iterate&,
             OptimizerState& state) const override {
    if (learning_rate_ > 0) {
      watch_for_rise(from.at, state.iteration, state.divergence);
    }
    if (!direction.is_newton) {
      state.last_step_length = learning_rate_ > 0 ? 0 : step.length;
    }
  }

 private:
  double learning_rate_;
};

}  // namespace

std::unique_ptr<DescentMethod> make_gradient_descent(double learning_rate) {
  return std::make_unique<GradientDescent>(learning_rate);
}

}  // namespace lockstep
