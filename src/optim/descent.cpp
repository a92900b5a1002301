#include "lockstep/optim/descent.h"

#include "lockstep/base/errors.h"
#include "lockstep/base/lanes.h"
#include "lockstep/optim/line_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// Relative predicted decrease, in units of the tolerance, below which a Newton step is not worth its pass: 1e-13 at
/// the default tolerance.
constexpr double kPromise = 1e-7;

void start(Objective& objective, Order order, OptimizerState& state, Evaluation& at) {
  objective.select_all();
  objective.evaluate(state.parameters, order, at);
  objective.update(UpdateKind::initial);
  if (!std::isfinite(at.value) || !at.gradient.allFinite()) {
    throw NumericalStop(
        fmt::format("the objective is not finite at the start (F = {}): are there huge values in the "
                    "data? scale the features",
                    at.value));
  }
  if (state.initial_gradient_norm < 0) {
    state.initial_gradient_norm = norm(at.gradient);
  }
}

void reject_separated(const Objective& objective, const Evaluation& at, std::int64_t iteration) {
  if (iteration > 0 && at.mistakes == 0 && at.weight > 0 && objective.unbounded_when_separated()) {
    throw NumericalStop(
        fmt::format("the classes are separated by the model at iteration {}: without a penalty there "
                    "is no finite optimum; use --l2",
                    iteration));
  }
}

/// A gradient norm depends on the units of the features; the decrease that the quadratic model predicts does not. With
/// a Hessian at hand it costs no pass, so steps that still promise something are taken even below the gradient's
/// target.
bool promises_nothing(const Evaluation& at, const Direction& direction, Order order, const DescentSettings& settings) {
  return order != Order::hessian || -0.5 * direction.slope <= kPromise * settings.tolerance * std::abs(at.value);
}

/// No step helps. Near the optimum, where the model predicts a decrease below the rounding of F, that is convergence.
Summary stalled(const Evaluation& at, const Direction& direction, double target) {
  Summary summary;
  const double predicted = -0.5 * direction.slope;
  const double rounding = 64 * std::numeric_limits<double>::epsilon() * std::max(std::abs(at.value), 1e-300);
  if (predicted <= rounding || norm(at.gradient) <= target) {
    summary.status = Summary::Status::converged;
    summary.reason = fmt::format(
        "converged to the rounding level of F: gradient norm {:.3e} (wanted {:.3e}), predicted "
        "decrease {:.1e}",
        norm(at.gradient), target, predicted);
  } else {
    summary.status = Summary::Status::failed;
    summary.reason =
        fmt::format("no step lowers the objective: gradient norm {:.3e} (wanted {:.3e})", norm(at.gradient), target);
  }
  return summary;
}

IterationReport report_of(const Evaluation& at, const Direction& direction, double step_length,
                          const Objective& objective) {
  IterationReport report{at.value, norm(at.gradient), step_length, direction.damping, {}};
  for (const Index j : direction.weak) {
    report.weak_parameters.push_back(objective.parameter_name(j));
  }
  return report;
}

}  // namespace

Summary descend(Objective& objective, DirectionMethod& method, const DescentSettings& settings, OptimizerState& state,
                IterationObserver& observer) {
  const Order order = method.order();
  Evaluation at;
  Evaluation trial;
  Vector trial_point;
  start(objective, order, state, at);
  const double target = settings.tolerance * std::max(1.0, state.initial_gradient_norm);

  Summary summary;
  while (true) {
    const double gradient_norm = norm(at.gradient);
    const bool gradient_is_small = gradient_norm <= target;
    reject_separated(objective, at, state.iteration);
    if (at.stop_requested && !gradient_is_small) {
      summary.status = Summary::Status::stopped;
      break;
    }
    const Direction direction = method.compute(at, objective);
    if (gradient_is_small &&
        (state.iteration >= settings.max_iterations || promises_nothing(at, direction, order, settings))) {
      summary.status = Summary::Status::converged;
      summary.reason = fmt::format("gradient norm {:.3e} ≤ {:.3e}", gradient_norm, target);
      break;
    }
    if (state.iteration >= settings.max_iterations) {
      summary.status = Summary::Status::limit_reached;
      summary.reason = fmt::format("{} iterations done; gradient norm {:.3e}, wanted {:.3e}", state.iteration,
                                   gradient_norm, target);
      break;
    }
    const LineSearchResult step = backtrack(objective, state.parameters, at, direction, order, trial_point, trial);
    if (step.status == LineSearchResult::Status::stopped) {
      summary.status = Summary::Status::stopped;
      break;
    }
    if (step.status == LineSearchResult::Status::stalled) {
      summary = stalled(at, direction, target);
      break;
    }
    std::swap(at, trial);
    state.parameters = trial_point;
    ++state.iteration;
    observer.iteration_completed(state, report_of(at, direction, step.step_length, objective));
  }
  summary.objective = at.value;
  summary.gradient_norm = norm(at.gradient);
  if (summary.status == Summary::Status::stopped) {
    summary.reason = fmt::format("stopped on request after iteration {}; gradient norm {:.3e}, wanted {:.3e}",
                                 state.iteration, summary.gradient_norm, target);
  }
  return summary;
}

}  // namespace lockstep
