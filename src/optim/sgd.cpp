#include "optim/sgd.h"

#include "base/lanes.h"
#include "optim/divergence.h"
#include "optim/numerical_stops.h"
#include "optim/parameter_update.h"

#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// A function of the state, so that a run resumed at its end ends.
bool is_over(const StochasticSettings& settings, const EarlyStopping& early_stopping, const OptimizerState& state) {
  return state.epoch >= settings.epochs || state.stochastic.separated || early_stopping.is_exhausted(state);
}

[[noreturn]] void refuse_step(const Evaluation& at, double rate, const OptimizerState& state) {
  const double length = norm(at.gradient);
  const char* what = std::isfinite(at.value) && std::isfinite(length) ? "the next parameters overflow"
                                                                      : "the loss or its gradient is not finite";
  throw Agreed<Overflow>(
      fmt::format("{} in epoch {}, step {} (F = {}, gradient norm {}): lower the learning rate (it is {}) or scale the "
                  "features",
                  what, state.epoch + 1, state.epoch_step + 1, at.value, length, rate));
}

void take_step(const Evaluation& at, double rate, ParameterUpdate& update, OptimizerState& state) {
  if (!std::isfinite(at.value) || !update.take_step(at.gradient, rate)) {
    refuse_step(at, rate, state);
  }
  watch_for_rise(at, state.iteration - 1, state.divergence);
  ++state.epoch_step;
  state.stochastic.epoch_loss += at.value * at.weight;
  state.stochastic.epoch_weight += at.weight;
  state.stochastic.epoch_mistakes += at.mistakes;
}

/// Closes the epoch and tells what its steps saw. While a perceptron makes no mistake it does not move: one such epoch
/// shows that all rows are on the right side.
IterationReport finish_epoch(const StochasticRule& rule, double rate, OptimizerState& state) {
  StochasticState& seen = state.stochastic;
  IterationReport report;
  report.objective = seen.epoch_weight > 0 ? seen.epoch_loss / seen.epoch_weight : 0;
  report.step_length = rate;
  if (rule.ends_without_mistakes()) {
    report.mistakes = seen.epoch_mistakes;
    seen.separated = seen.epoch_mistakes == 0;
  }
  ++state.epoch;
  state.epoch_step = 0;
  seen.epoch_loss = 0;
  seen.epoch_weight = 0;
  seen.epoch_mistakes = 0;
  return report;
}

Summary stopped_summary(const StochasticSettings& settings, const Evaluation& at, const OptimizerState& state) {
  Summary summary;
  summary.status = Summary::Status::stopped;
  summary.objective = at.value;
  summary.reason = fmt::format("stopped on request in epoch {} of {}, after step {}", state.epoch + 1, settings.epochs,
                               state.iteration);
  return summary;
}

/// Long first steps may come back: what is judged is where the run ends.
void reject_divergence(SampledObjective& objective, const Evaluation& end, const OptimizerState& state) {
  if (const std::optional<std::int64_t> after = diverged_after(objective, end, state)) {
    const std::int64_t steps = objective.steps_per_epoch();
    throw Agreed<Divergence>(fmt::format(
        "the run diverged: F = {:.6g} over all rows after {} steps; the loss has been above its start ({:.6g}) since "
        "epoch {}, step {}",
        end.value, state.iteration, state.divergence.start_value, *after / steps + 1, *after % steps + 1));
  }
}

/// F and ‖∇F‖ at the final parameters, over all rows, and why the run is over.
Summary final_summary(SampledObjective& objective, const EarlyStopping& early_stopping, const OptimizerState& state,
                      Evaluation& at) {
  objective.select_all();
  objective.evaluate(to_scaled(objective, final_parameters(state)), Order::gradient, at);
  objective.update(UpdateKind::accept);
  reject_divergence(objective, at, state);
  Summary summary;
  summary.objective = at.value;
  summary.gradient_norm = norm(at.gradient);
  summary.status = Summary::Status::converged;
  if (state.stochastic.separated) {
    summary.reason = fmt::format("no mistake in epoch {} over rows of total weight {:.15g}", state.epoch, at.weight);
  } else if (early_stopping.is_exhausted(state)) {
    summary.reason = early_stopping.reason(state);
  } else {
    summary.status = Summary::Status::limit_reached;
    summary.reason = fmt::format("{} epochs of {} steps done; gradient norm {:.3e}", state.epoch,
                                 objective.steps_per_epoch(), summary.gradient_norm);
  }
  return summary;
}

}  // namespace

Summary descend_stochastically(SampledObjective& objective, const StochasticSettings& settings,
                               const EarlyStopping& early_stopping, OptimizerState& state,
                               IterationObserver& observer) {
  const std::int64_t steps = objective.steps_per_epoch();
  ParameterUpdate update(*settings.rule, settings.clip_norm, settings.threads, state);
  Evaluation at;
  bool stopped = false;
  while (!stopped && !is_over(settings, early_stopping, state)) {
    const double rate = settings.schedule->rate(state.epoch, state.epoch_step, steps);
    objective.select_batch({state.epoch, state.epoch_step});
    const bool is_scaled = objective.scales().size() > 0;
    if (is_scaled) {
      state.parameters = to_scaled(objective, state.parameters);
    }
    objective.evaluate(state.parameters, Order::gradient, at);
    take_step(at, rate, update, state);
    if (is_scaled) {
      state.parameters = from_scaled(objective, state.parameters);
    }
    stopped = at.stop_requested;
    if (state.epoch_step < steps) {
      observer.step_completed(state);
      continue;
    }
    IterationReport report = finish_epoch(*settings.rule, rate, state);
    report.validation = early_stopping.record(state.epoch, state);
    observer.iteration_completed(state, report);
  }
  if (!is_over(settings, early_stopping, state)) {
    return stopped_summary(settings, at, state);
  }
  return final_summary(objective, early_stopping, state, at);
}

}  // namespace lockstep
