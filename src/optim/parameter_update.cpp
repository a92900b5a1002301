#include "optim/parameter_update.h"

#include "base/blocks.h"

#include <algorithm>
#include <cmath>

namespace lockstep {

namespace {

double largest_magnitude(const Vector& a) {
  return a.size() > 0 ? a.cwiseAbs().maxCoeff() : 0;
}

}  // namespace

ParameterUpdate::ParameterUpdate(const StochasticRule& rule, double clip_norm, int threads, OptimizerState& state)
    : rule_(rule), clip_norm_(clip_norm), threads_(threads), state_(state) {
  const Index p = state.parameters.size();
  Vector& velocity = state.stochastic.velocity;
  Vector& second_moment = state.stochastic.second_moment;
  if (rule.moments() > 0 && velocity.size() == 0) {
    velocity = Vector::Zero(p);
  }
  if (rule.moments() > 1 && second_moment.size() == 0) {
    second_moment = Vector::Zero(p);
  }
  largest_ = std::max(largest_magnitude(state.parameters), largest_magnitude(velocity));
}

/// What the step can reach is bounded before, so that the arrays are written once and never need to be put back.
bool ParameterUpdate::take_step(const Vector& gradient, double rate) {
  const double length = blocked_norm(gradient, threads_);
  const bool is_cut = clip_norm_ > 0 && length > clip_norm_;
  const double scale = is_cut ? clip_norm_ / length : 1;
  if (!std::isfinite(rule_.bound(largest_, scale * length, rate))) {
    return false;
  }
  const StepArrays arrays{gradient.data(), state_.parameters.data(), state_.stochastic.velocity.data(),
                          state_.stochastic.second_moment.data()};
  const StepTerms step{state_.iteration + 1, rate, scale};
  const Index p = state_.parameters.size();
  std::vector<double> largest(static_cast<std::size_t>((p + kBlock - 1) / kBlock));
  for_each_block(p, threads_, [&](Index begin, Index end) {
    largest[static_cast<std::size_t>(begin / kBlock)] = rule_.take(arrays, step, begin, end);
  });
  largest_ = largest.empty() ? 0 : std::ranges::max(largest);
  ++state_.iteration;
  return true;
}

}  // namespace lockstep
