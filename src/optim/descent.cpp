#include "lockstep/optim/descent.h"

#include "lockstep/base/lanes.h"
#include "lockstep/optim/line_search.h"
#include "lockstep/optim/numerical_stops.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// Relative predicted decrease, in units of the tolerance, below which a Newton step is not worth its pass: 1e-13 at
/// the default tolerance.
constexpr double kPromise = 1e-7;

void start(Objective& objective, const DescentMethod& method, OptimizerState& state, Iterate& at) {
  if (objective.l1().strength > 0 && !method.handles_l1()) {
    throw ConfigurationError("an L1 penalty has kinks that this optimizer cannot handle; L-BFGS can");
  }
  objective.select_all();
  at.w = state.parameters;
  evaluate(objective, method.order(), at);
  objective.update(UpdateKind::initial);
  if (!is_finite(at) || !std::isfinite(norm(at.gradient))) {
    throw Overflow(
        fmt::format("the objective or its gradient overflows at the start (F = {}, gradient norm {}): are "
                    "there huge values in the data? scale the features",
                    at.value, norm(at.gradient)));
  }
  if (state.initial_gradient_norm < 0) {
    state.initial_gradient_norm = norm(at.gradient);
  }
}

void reject_separated(const Objective& objective, const Evaluation& at, std::int64_t iteration) {
  if (iteration > 0 && at.mistakes == 0 && at.weight > 0 && objective.unbounded_when_separated()) {
    throw SeparatedClasses(fmt::format(
        "the classes are separated by the model at iteration {}: without a penalty there is no finite optimum",
        iteration));
  }
}

/// A gradient norm depends on the units of the features; the decrease that the quadratic model predicts does not. With
/// a Hessian at hand it costs no pass, so steps that still promise something are taken even below the gradient's
/// target.
bool promises_nothing(const Iterate& at, const Direction& direction, const DescentSettings& settings) {
  return direction.predicted_decrease() <= kPromise * settings.tolerance * at.scale;
}

Summary ended(Summary::Status status, std::string reason) {
  Summary summary;
  summary.status = status;
  summary.reason = std::move(reason);
  return summary;
}

Summary converged(const Iterate& at, double target) {
  return ended(Summary::Status::converged, fmt::format("gradient norm {:.3e} ≤ {:.3e}", norm(at.gradient), target));
}

Summary stopped(const Iterate& at, double target, const OptimizerState& state) {
  return ended(Summary::Status::stopped,
               fmt::format("stopped on request after iteration {}; gradient norm {:.3e}, wanted {:.3e}",
                           state.iteration, norm(at.gradient), target));
}

/// No step helps. Near the optimum, where the model predicts a decrease below the rounding of F, that is convergence.
Summary stalled(const Iterate& at, const Direction& direction, double target) {
  const double predicted = direction.predicted_decrease();
  const double rounding = 64 * std::numeric_limits<double>::epsilon() * std::max(at.scale, 1e-300);
  if (predicted <= rounding || norm(at.gradient) <= target) {
    return ended(Summary::Status::converged,
                 fmt::format("converged to the rounding level of F: gradient norm {:.3e} (wanted {:.3e}), predicted "
                             "decrease {:.1e}",
                             norm(at.gradient), target, predicted));
  }
  return ended(
      Summary::Status::failed,
      fmt::format("no step lowers the objective: gradient norm {:.3e} (wanted {:.3e})", norm(at.gradient), target));
}

/// Why the run ends at this iterate, before a direction is asked for.
std::optional<Summary> end_at(const Iterate& at, double target, const DescentMethod& method,
                              const DescentSettings& settings, const EarlyStopping& early_stopping,
                              const OptimizerState& state) {
  const bool gradient_is_small = norm(at.gradient) <= target;
  const bool limit_reached = state.iteration >= settings.max_iterations;
  if (gradient_is_small && (limit_reached || method.order() != Order::hessian)) {
    return converged(at, target);
  }
  if (early_stopping.is_exhausted(state)) {
    return ended(Summary::Status::converged, early_stopping.reason(state));
  }
  if (at.at.stop_requested && !gradient_is_small) {
    return stopped(at, target, state);
  }
  if (limit_reached) {
    return ended(Summary::Status::limit_reached, fmt::format("{} iterations done; gradient norm {:.3e}, wanted {:.3e}",
                                                             state.iteration, norm(at.gradient), target));
  }
  return std::nullopt;
}

IterationReport report_of(const Iterate& at, const Direction& direction, const Step& step, const Objective& objective) {
  IterationReport report;
  report.objective = at.value;
  report.gradient_norm = norm(at.gradient);
  report.step_length = step.length;
  report.damping = direction.damping;
  report.products = direction.products;
  for (const Index j : direction.weak) {
    report.weak_parameters.push_back(objective.parameter_name(j));
  }
  return report;
}

/// F and ‖∇F‖ of what training hands out; where that is not the last iterate, the oracle moves there.
void report_end(Objective& objective, const OptimizerState& state, Iterate& at, Summary& summary) {
  if (summary.status != Summary::Status::stopped && state.best_parameters.size() > 0) {
    at.w = final_parameters(state);
    evaluate(objective, Order::gradient, at);
    objective.update(UpdateKind::accept);
  }
  summary.objective = at.value;
  summary.gradient_norm = norm(at.gradient);
}

}  // namespace

Summary descend(Objective& objective, const DescentMethod& method, const DescentSettings& settings,
                const EarlyStopping& early_stopping, OptimizerState& state, IterationObserver& observer) {
  Iterate at;
  Iterate trial;
  start(objective, method, state, at);
  const double target = settings.tolerance * std::max(1.0, state.initial_gradient_norm);

  std::optional<Summary> end;
  while (true) {
    reject_separated(objective, at.at, state.iteration);
    end = end_at(at, target, method, settings, early_stopping, state);
    if (end) {
      break;
    }
    Direction direction = method.direction(at, state, objective);
    if (direction.stop_requested) {
      end = stopped(at, target, state);
      break;
    }
    if (norm(at.gradient) <= target && promises_nothing(at, direction, settings)) {
      end = converged(at, target);
      break;
    }
    const Step step = method.step(at, direction, state, objective, trial);
    if (step.status != Step::Status::accepted) {
      end = step.status == Step::Status::stopped ? stopped(at, target, state) : stalled(at, direction, target);
      break;
    }
    method.learn(at, direction, step, trial, state);
    std::swap(at, trial);
    state.parameters = at.w;
    ++state.iteration;
    early_stopping.record(state.iteration, state);
    observer.iteration_completed(state, report_of(at, direction, step, objective));
  }
  report_end(objective, state, at, *end);
  return *end;
}

}  // namespace lockstep
