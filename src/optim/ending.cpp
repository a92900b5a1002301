#include "optim/ending.h"

#include "base/lanes.h"
#include "optim/convergence.h"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep {

Goal::Goal(const Iterate& from, double wanted)
    : at(from),
      tolerance(wanted),
      negligible(negligible_decrease(from, wanted)),
      rounding(std::max(negligible, rounding_of_value(from))) {}

Summary Goal::met(const Direction& direction) const {
  Summary summary;
  summary.status = Summary::Status::converged;
  summary.products = direction.products;
  if (at.scale <= direction.rounding) {  // 0/0: there is no δ
    summary.reason = fmt::format("an exact fit: F is zero to rounding ({:.3e})", at.value);
    return summary;
  }
  summary.decrement = relative_decrement(direction.newton_decrease, at);
  summary.reason =
      direction.newton_decrease <= negligible
          ? fmt::format("decrement {:.3e} ≤ {:.3e}", summary.decrement, tolerance)
          : fmt::format("decrement {:.3e} at the rounding level of F (wanted {:.3e})", summary.decrement, tolerance);
  return summary;
}

Summary Goal::missed(Summary::Status status, const std::string& why, const Direction* direction) const {
  Summary summary;
  summary.status = status;
  summary.reason = why;
  if (direction != nullptr) {
    const bool is_known = direction->newton_decrease >= 0;
    const double decrement =
        relative_decrement(is_known ? direction->newton_decrease : direction->predicted_decrease(), at);
    summary.decrement = is_known ? decrement : -1;
    summary.products = direction->products;
    summary.reason +=
        fmt::format("; decrement {} {:.3e}, wanted {:.3e}", is_known ? "at least" : "about", decrement, tolerance);
  }
  return summary;
}

Summary stopped(const Goal& goal, const OptimizerState& state) {
  return goal.missed(Summary::Status::stopped, fmt::format("stopped on request after iteration {}", state.iteration),
                     nullptr);
}

Summary limit_reached(const Goal& goal, const Direction* direction, const OptimizerState& state) {
  return goal.missed(Summary::Status::limit_reached, fmt::format("not converged after {} iterations", state.iteration),
                     direction);
}

std::optional<Summary> end_without_direction(const Goal& goal, const DescentMethod& method, bool limit_reached_here,
                                             const EarlyStopping& early_stopping, const OptimizerState& state) {
  if (norm(goal.at.gradient) == 0) {
    Summary summary;
    summary.status = Summary::Status::converged;
    summary.reason = "the gradient is zero";
    summary.decrement = 0;
    return summary;
  }
  if (early_stopping.is_exhausted(state)) {
    Summary summary;
    summary.status = Summary::Status::converged;
    summary.reason = early_stopping.reason(state);
    return summary;
  }
  if (goal.at.at.stop_requested) {
    return stopped(goal, state);
  }
  if (limit_reached_here && !method.judges_last_point()) {
    return limit_reached(goal, nullptr, state);
  }
  return std::nullopt;
}

}  // namespace lockstep
