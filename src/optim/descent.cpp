#include "optim/descent.h"

#include "base/interrupt.h"
#include "base/lanes.h"
#include "optim/convergence.h"
#include "optim/divergence.h"
#include "optim/ending.h"
#include "optim/line_search.h"
#include "optim/numerical_stops.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lockstep {

namespace {

void start(Objective& objective, const DescentMethod& method, OptimizerState& state, Iterate& at) {
  if (!objective.l1().is_zero() && !method.handles_l1()) {
    throw Agreed<ConfigurationError>("an L1 penalty has kinks that this optimizer cannot handle; L-BFGS can");
  }
  at.w = to_scaled(objective, state.parameters);
  evaluate(objective, method.order(), at);
  objective.update(UpdateKind::initial);
  if (!is_finite(at) || !std::isfinite(norm(at.gradient))) {
    throw Agreed<Overflow>(
        fmt::format("the objective or its gradient overflows at the start (F = {}, gradient norm {}): are "
                    "there huge values in the data? scale the features, or the labels",
                    at.value, norm(at.gradient)));
  }
}

void reject_separated(const Objective& objective, const Iterate& at, std::int64_t iteration) {
  if (iteration > 0 && at.at.mistakes == 0 && at.at.weight > 0 && objective.unbounded_when_separated()) {
    throw Agreed<NoFiniteOptimum>(fmt::format(
        "the classes are separated by the model at iteration {}: without a penalty there is no finite optimum; {}",
        iteration, growing_parameters(objective, at.w)));
  }
}

/// How many times the negligible decrease a direction may promise and yet give way to Newton's. Early, that saves the
/// iterations that are left, about a third of those done, for some passes: a Hessian takes the time of p / 20, products
/// are about 20. Where L2 bounds what is left to gain (conjugate_gradients.h), products do not stop halfway: once F is
/// as good as quadratic they reach the end sooner than the method (MNIST softmax by L-BFGS: 582 passes, 945 without the
/// bound). A method that makes its own directions by products has no cheap iterations to go on with.
double earliness(const Goal& goal, const Objective& objective, const Direction& direction,
                 const OptimizerState& state) {
  constexpr double kQuadratic = 1e-5;  // of F's terms
  constexpr double kEarly = 100;
  constexpr double kEarlyWithSmallHessian = 1e4;
  constexpr Index kSmallHessian = 400;
  const Index p = objective.dimension();
  const bool has_hessian = judges_by_hessian(objective);
  const double passes = has_hessian ? static_cast<double>(p) / 20 : 20;
  if (direction.products == 0 && static_cast<double>(state.iteration) < 3 * passes) {
    return 1;
  }
  if (bounds_by_products(objective)) {
    return std::max(1.0, kQuadratic * goal.at.scale / goal.negligible);
  }
  return has_hessian && p <= kSmallHessian ? kEarlyWithSmallHessian : kEarly;
}

/// What a direction may promise where only rounding is left. Where its method does not know the curvature: margins are
/// off by ε ‖u‖₁ and the mean curvature along g is ‖g‖² / |slope|. Where F itself falls to zero, an exact fit, nothing
/// else tells the end.
double rounding_of(const Direction& direction, const Iterate& at) {
  if (direction.rounding > 0) {
    return direction.rounding;
  }
  constexpr double kMargins = 8 * std::numeric_limits<double>::epsilon();
  const double root =
      kMargins * at.w.lpNorm<1>() * norm(at.gradient) / std::sqrt(direction.first_step * -direction.slope);
  return 0.5 * root * root;
}

/// The passes of both are the check's: those of the method's own direction found nothing to do.
void replace_by_newton(Objective& objective, const Iterate& at, double negligible, Direction& direction) {
  const std::int64_t products = direction.products;
  const std::int64_t passes = direction.passes;
  direction = newton_direction(objective, at, negligible);
  direction.products += products;
  direction.passes += passes;
  direction.check_passes += passes;
}

/// The method's direction. One that promises next to nothing without knowing the curvature gives way to Newton's, which
/// shows convergence or the way on.
Direction find_direction(const DescentMethod& method, const Goal& goal, const OptimizerState& state,
                         Objective& objective) {
  Direction direction = method.direction(goal.at, goal.negligible, state, objective);
  const double enough = earliness(goal, objective, direction, state) * goal.negligible;
  const bool is_promising = direction.newton_decrease >= 0 ||
                            direction.predicted_decrease() > std::max(enough, rounding_of(direction, goal.at));
  if (!direction.stop_requested && !is_promising && method.order() != Order::hessian) {
    replace_by_newton(objective, goal.at, goal.negligible, direction);
  }
  return direction;
}

/// The method's step; where it finds none, Newton's, unless that promises no more than F can show.
Step find_step(const DescentMethod& method, const Goal& goal, const OptimizerState& state, Objective& objective,
               Direction& direction, Iterate& trial) {
  const Step step = method.step(goal.at, direction, state, objective, trial);
  if (step.status != Step::Status::stalled || direction.newton_decrease > goal.rounding) {
    return step;
  }
  replace_by_newton(objective, goal.at, goal.rounding, direction);
  if (direction.stop_requested) {
    return {Step::Status::stopped, 0};
  }
  return shows_convergence(direction, goal.rounding) ? step : method.step(goal.at, direction, state, objective, trial);
}

/// Line searches lower F; fixed steps that are too long raise it, without end.
void reject_divergence(Objective& objective, const Iterate& at, const OptimizerState& state) {
  if (state.divergence.start_scale <= 0) {
    return;  // not watched
  }
  if (const std::optional<std::int64_t> after = diverged_after(objective, at.at, state)) {
    throw Agreed<Divergence>(
        fmt::format("gradient descent diverged: F = {:.6g} after {} iterations; it has been above its "
                    "start ({:.6g}) since iteration {}",
                    at.value, state.iteration, state.divergence.start_value, *after + 1));
  }
}

/// A limit may be reached on the way to an optimum at infinity, which Newton's direction shows.
Summary end_at_limit(const Goal& goal, Direction& direction, const OptimizerState& state, Objective& objective) {
  constexpr double kNear = 1e-3;
  if (!objective.can_recede() || direction.predicted_decrease() > kNear * goal.at.scale) {
    return limit_reached(goal, &direction, state);
  }
  if (direction.newton_decrease < 0) {
    replace_by_newton(objective, goal.at, goal.negligible, direction);
  }
  if (direction.stop_requested || settling(objective, goal.at, direction) == Settling::stopped) {
    return stopped(goal, state);
  }
  return limit_reached(goal, &direction, state);
}

/// The end at a direction that shows convergence, unless Newton's step still moves rows whose curvature is so small
/// that it promises nothing: the next ones tell whether they come to rest or recede.
std::optional<Summary> end_at_rest(const Goal& goal, Direction& direction, const OptimizerState& state,
                                   Objective& objective) {
  switch (settling(objective, goal.at, direction)) {
    case Settling::stopped:
      return stopped(goal, state);
    case Settling::moving:
      return std::nullopt;
    case Settling::settled:
      break;
  }
  return goal.met(direction);
}

/// The end where no step lowers F any more. Rows that Newton's step still moves there will not come to rest before
/// their losses are below anything that F can show.
Summary end_at_rounding(const Goal& goal, Direction& direction, const OptimizerState& state, Objective& objective) {
  const std::optional<Summary> end = end_at_rest(goal, direction, state, objective);
  if (!end) {
    throw Agreed<NoFiniteOptimum>(
        fmt::format("no finite optimum within reach: F is flat to rounding along a direction in "
                    "which {}",
                    growing_parameters(objective, direction.d)));
  }
  return *end;
}

/// "x1 (with x0, x2)" of each parameter that depends on others, the first few of them.
std::vector<std::string> weak_parameters(const Direction& direction, const Objective& objective) {
  constexpr std::size_t kMostPartners = 5;
  std::vector<std::string> weak;
  for (const DependentParameter& dependent : direction.dependent) {
    std::vector<std::string> partners;
    for (const Index partner :
         std::span(dependent.partners).first(std::min(dependent.partners.size(), kMostPartners))) {
      partners.push_back(objective.parameter_name(partner));
    }
    if (dependent.partners.size() > kMostPartners) {
      partners.push_back(fmt::format("{} more", dependent.partners.size() - kMostPartners));
    }
    const std::string with = partners.empty() ? "" : fmt::format(" (with {})", fmt::join(partners, ", "));
    weak.push_back(objective.parameter_name(dependent.parameter) + with);
  }
  return weak;
}

IterationReport report_of(const Iterate& at, const Direction& direction, const Step& step, const Objective& objective) {
  IterationReport report;
  report.objective = at.value;
  report.gradient_norm = gradient_norm(objective, at);
  report.step_length = step.length;
  report.damping = direction.damping;
  report.products = direction.products;
  report.weak_parameters = weak_parameters(direction, objective);
  return report;
}

/// F and ‖∇F‖ of what training hands out; where that is not the last iterate, the oracle moves there.
void report_end(Objective& objective, const OptimizerState& state, Iterate& at, Summary& summary) {
  if (summary.status != Summary::Status::stopped && state.early_stopping.best_parameters.size() > 0) {
    at.w = to_scaled(objective, final_parameters(state));
    evaluate(objective, Order::gradient, at);
    objective.update(UpdateKind::accept);
  }
  summary.objective = at.value;
  summary.gradient_norm = gradient_norm(objective, at);
}

/// The loop; `at` is the last iterate also where an interruption ends it.
Summary iterate(Objective& objective, const DescentMethod& method, const DescentSettings& settings,
                const EarlyStopping& early_stopping, OptimizerState& state, IterationObserver& observer, Iterate& at) {
  Iterate trial;
  start(objective, method, state, at);

  std::optional<Summary> end;
  std::int64_t check_passes = 0;  // of earlier iterates
  Direction direction;
  while (true) {
    reject_separated(objective, at, state.iteration);
    const Goal goal(at, settings.tolerance);
    direction = {};
    const bool is_last = state.iteration >= settings.max_iterations;
    end = end_without_direction(goal, method, is_last, early_stopping, state);
    if (end) {
      break;
    }
    direction = find_direction(method, goal, state, objective);
    if (direction.stop_requested) {
      end = stopped(goal, state);
      break;
    }
    if (shows_convergence(direction, goal.negligible)) {
      end = end_at_rest(goal, direction, state, objective);
      if (end) {
        break;
      }
    }
    if (is_last) {
      reject_divergence(objective, at, state);
      end = end_at_limit(goal, direction, state, objective);
      break;
    }
    const Step step = find_step(method, goal, state, objective, direction, trial);
    if (step.status == Step::Status::stopped) {
      end = stopped(goal, state);
      break;
    }
    if (step.status == Step::Status::stalled) {
      end = shows_convergence(direction, goal.rounding)
                ? end_at_rounding(goal, direction, state, objective)
                : goal.missed(Summary::Status::failed, "not converged: no step lowers the objective", &direction);
      break;
    }
    check_passes += std::exchange(direction.check_passes, 0);
    method.learn(at, direction, step, trial, state);
    std::swap(at, trial);
    state.parameters = from_scaled(objective, at.w);
    ++state.iteration;
    IterationReport report = report_of(at, direction, step, objective);
    report.validation = early_stopping.record(state.iteration, state);
    observer.iteration_completed(state, report);
  }
  end->check_passes = check_passes + direction.passes;
  end->damping = direction.damping;
  end->weak_parameters = weak_parameters(direction, objective);
  report_end(objective, state, at, *end);
  return *end;
}

}  // namespace

/// The state changes between oracle calls only: where one is given up, it stands at the last iterate.
Summary descend(Objective& objective, const DescentMethod& method, const DescentSettings& settings,
                const EarlyStopping& early_stopping, OptimizerState& state, IterationObserver& observer) {
  Iterate at;
  try {
    return iterate(objective, method, settings, early_stopping, state, observer, at);
  } catch (const Interrupted& interruption) {
    if (!is_agreed(interruption)) {
      throw;
    }
  }
  Summary end = stopped(Goal(at, settings.tolerance), state);
  const bool has_begun = at.gradient.size() > 0;
  end.objective = has_begun ? at.value : std::numeric_limits<double>::quiet_NaN();
  end.gradient_norm = has_begun ? gradient_norm(objective, at) : -1;
  return end;
}

}  // namespace lockstep
