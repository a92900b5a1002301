#include "optim/divergence.h"

#include <cmath>

namespace lockstep {

namespace {

constexpr double kFarAbove = 1000;

/// Also where `value` is not a number.
bool is_far_above(double value, double start, double scale) {
  return !(value <= start + kFarAbove * scale);
}

}  // namespace

void watch_for_rise(const Evaluation& at, std::int64_t step, DivergenceState& state) {
  if (at.weight <= 0) {
    return;
  }
  if (state.start_scale <= 0) {  // not seen yet, or the first rows lost nothing
    state.start_value = at.value;
    state.start_scale = at.scale;
  }
  const bool was_above = state.risen_after >= 0;
  const double weight = state.risen_weight + at.weight;
  const double mean = state.risen_mean + (at.value - state.risen_mean) * (at.weight / weight);
  const bool is_above = mean - state.start_value > state.start_scale;
  state.risen_after = !is_above ? -1 : was_above ? state.risen_after : step;
  state.risen_mean = is_above ? mean : 0;
  state.risen_weight = is_above ? weight : 0;
}

std::optional<std::int64_t> diverged_after(Objective& objective, const Evaluation& end, const OptimizerState& state) {
  const DivergenceState& seen = state.divergence;
  if (!is_far_above(end.value, seen.start_value, seen.start_scale)) {
    return std::nullopt;
  }
  Evaluation zero;
  objective.evaluate(Vector::Zero(objective.dimension()), Order::value, zero);
  const bool has_scale = zero.scale > 0 || !std::isfinite(end.value);
  if (!has_scale || !is_far_above(end.value, zero.value, zero.scale)) {
    return std::nullopt;
  }
  return seen.risen_after >= 0 ? seen.risen_after : state.iteration - 1;
}

}  // namespace lockstep
