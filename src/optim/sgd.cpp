#include "lockstep/optim/sgd.h"

#include "lockstep/base/errors.h"
#include "lockstep/base/lanes.h"

#include <cmath>

#include <fmt/format.h>

namespace lockstep {

namespace {

void require_finite(const Evaluation& at, const OptimizerState& state, double rate) {
  if (!std::isfinite(at.value) || !at.gradient.allFinite()) {
    throw NumericalStop(
        fmt::format("the loss or its gradient is not finite in epoch {}, step {} (F = {}): lower "
                    "--learning-rate (it is {}) or scale the features",
                    state.epoch + 1, state.epoch_step + 1, at.value, rate));
  }
}

/// v ← μ v + g, w ← w − η v; a step to a point that is not finite is refused.
void take_step(const Evaluation& at, double rate, double momentum, OptimizerState& state) {
  if (momentum > 0) {
    state.velocity = momentum * state.velocity + at.gradient;
  }
  const Vector next = state.parameters - rate * (momentum > 0 ? state.velocity : at.gradient);
  if (!next.allFinite()) {
    throw NumericalStop(fmt::format("the parameters overflow in epoch {}, step {}: lower --learning-rate (it is {})",
                                    state.epoch + 1, state.epoch_step + 1, rate));
  }
  state.parameters = next;
  ++state.iteration;
  ++state.epoch_step;
  state.epoch_loss += at.value * at.weight;
  state.epoch_weight += at.weight;
}

IterationReport finish_epoch(OptimizerState& state, double rate) {
  IterationReport report;
  report.objective = state.epoch_weight > 0 ? state.epoch_loss / state.epoch_weight : 0;
  report.step_length = rate;
  ++state.epoch;
  state.epoch_step = 0;
  state.epoch_loss = 0;
  state.epoch_weight = 0;
  return report;
}

/// F and ‖∇F‖ at the final parameters, over all rows.
void evaluate_end(Objective& objective, const OptimizerState& state, Summary& summary) {
  Evaluation at;
  objective.select_all();
  objective.evaluate(state.parameters, Order::gradient, at);
  objective.update(UpdateKind::accept);
  summary.objective = at.value;
  summary.gradient_norm = norm(at.gradient);
}

}  // namespace

Summary descend_stochastically(Objective& objective, const SgdSettings& settings, OptimizerState& state,
                               IterationObserver& observer) {
  const std::int64_t steps = objective.steps_per_epoch();
  if (settings.momentum > 0 && state.velocity.size() == 0) {
    state.velocity = Vector::Zero(objective.dimension());
  }
  Summary summary;
  Evaluation at;
  bool stopped = false;
  while (state.epoch < settings.epochs && !stopped) {
    const double rate = settings.schedule.rate(state.epoch, state.epoch_step, steps);
    objective.select_batch({state.epoch, state.epoch_step});
    objective.evaluate(state.parameters, Order::gradient, at);
    require_finite(at, state, rate);
    take_step(at, rate, settings.momentum, state);
    stopped = at.stop_requested;
    if (state.epoch_step == steps) {
      const IterationReport report = finish_epoch(state, rate);
      observer.iteration_completed(state, report);
    } else {
      observer.step_completed(state);
    }
  }
  if (state.epoch < settings.epochs) {
    summary.status = Summary::Status::stopped;
    summary.objective = at.value;
    summary.reason = fmt::format("stopped on request in epoch {} of {}, after step {}", state.epoch + 1,
                                 settings.epochs, state.iteration);
    return summary;
  }
  evaluate_end(objective, state, summary);
  summary.status = Summary::Status::limit_reached;
  summary.reason =
      fmt::format("{} epochs of {} steps done; gradient norm {:.3e}", state.epoch, steps, summary.gradient_norm);
  return summary;
}

}  // namespace lockstep
