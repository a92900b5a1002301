#include "optim/update_rule.h"

#include "base/blocks.h"

#include <bit>
#include <cmath>

namespace lockstep {

namespace {

constexpr double kFirstDecay = 0.9;     // β₁
constexpr double kSecondDecay = 0.999;  // β₂
constexpr double kEpsilon = 1e-8;       // ε

bool is_adaptive(UpdateRule rule) {
  return rule == UpdateRule::adam || rule == UpdateRule::adamw;
}

bool has_momentum(const UpdateSettings& settings) {
  return settings.momentum > 0 && (settings.rule == UpdateRule::sgd || settings.rule == UpdateRule::nesterov);
}

double largest_magnitude(const Vector& a) {
  return a.size() > 0 ? a.cwiseAbs().maxCoeff() : 0;
}

/// Calls move(i), which moves element i and returns a magnitude, for all i < n; returns the largest one. Magnitudes
/// are compared as integers, whose order is the same and whose maximum the compiler vectorises.
template <typename Move>
double move_all(Index n, int threads, const Move& move) {
  std::vector<std::int64_t> largest(static_cast<std::size_t>((n + kBlock - 1) / kBlock));
  for_each_block(n, threads, [&](Index begin, Index end) {
    std::int64_t most = 0;
#pragma GCC ivdep
    for (Index i = begin; i < end; ++i) {
      most = std::max(most, std::bit_cast<std::int64_t>(move(i)));
    }
    largest[static_cast<std::size_t>(begin / kBlock)] = most;
  });
  std::int64_t most = 0;
  for (const std::int64_t block : largest) {
    most = std::max(most, block);
  }
  return std::bit_cast<double>(most);
}

double larger_magnitude(double a, double b) {
  const double x = std::abs(a);
  const double y = std::abs(b);
  return x > y ? x : y;
}

}  // namespace

ParameterUpdate::ParameterUpdate(const UpdateSettings& settings, OptimizerState& state)
    : settings_(settings), state_(state) {
  const Index p = state.parameters.size();
  if ((has_momentum(settings) || is_adaptive(settings.rule)) && state.velocity.size() == 0) {
    state.velocity = Vector::Zero(p);
  }
  if (is_adaptive(settings.rule) && state.second_moment.size() == 0) {
    state.second_moment = Vector::Zero(p);
  }
  largest_ = larger_magnitude(largest_magnitude(state.parameters), largest_magnitude(state.velocity));
}

bool ParameterUpdate::take_step(const Vector& gradient, double rate) {
  const double length = blocked_norm(gradient, settings_.threads);
  const bool is_cut = settings_.clip_norm > 0 && length > settings_.clip_norm;
  const double scale = is_cut ? settings_.clip_norm / length : 1;
  if (!is_safe(scale * length, rate)) {
    return false;
  }
  if (is_adaptive(settings_.rule)) {
    descend_adaptively(gradient.data(), scale, rate);
  } else if (has_momentum(settings_)) {
    descend_with_momentum(gradient.data(), scale, rate);
  } else {
    descend(gradient.data(), scale, rate);
  }
  ++state_.iteration;
  return true;
}

/// Bounds what the step can reach, so that the arrays are written once and never need to be put back: every entry of
/// the new first moment is at most `moment`, and 1 − β₁ᵗ ≥ 1 − β₁.
bool ParameterUpdate::is_safe(double gradient_norm, double rate) const {
  const double moment = largest_ + gradient_norm;
  const double direction = is_adaptive(settings_.rule) ? moment / ((1 - kFirstDecay) * kEpsilon) : 2 * moment;
  const double kept = (1 + rate * settings_.weight_decay) * largest_;
  return std::isfinite(kept + rate * direction);
}

// The products and sums below are written as std::fma where they can be, so that vectorised and remaining elements
// round alike.

void ParameterUpdate::descend(const double* g, double scale, double rate) {
  double* w = state_.parameters.data();
  const double step = rate * scale;
  largest_ = move_all(state_.parameters.size(), settings_.threads, [=](Index i) {
    w[i] = std::fma(-step, g[i], w[i]);
    return std::abs(w[i]);
  });
}

/// Both forms of momentum go along a v + b g: (a, b) = (1, 0) or (μ, 1).
void ParameterUpdate::descend_with_momentum(const double* g, double scale, double rate) {
  double* w = state_.parameters.data();
  double* v = state_.velocity.data();
  const double momentum = settings_.momentum;
  const bool looks_ahead = settings_.rule == UpdateRule::nesterov;
  const double a = looks_ahead ? momentum : 1;
  const double b = looks_ahead ? scale : 0;
  largest_ = move_all(state_.parameters.size(), settings_.threads, [=](Index i) {
    v[i] = std::fma(momentum, v[i], scale * g[i]);
    w[i] = std::fma(-rate, std::fma(a, v[i], b * g[i]), w[i]);
    return larger_magnitude(w[i], v[i]);
  });
}

void ParameterUpdate::descend_adaptively(const double* g, double scale, double rate) {
  double* w = state_.parameters.data();
  double* m = state_.velocity.data();
  double* s = state_.second_moment.data();
  const auto t = static_cast<double>(state_.iteration + 1);
  const double first_correction = 1 / (1 - std::pow(kFirstDecay, t));
  const double second_correction = 1 / (1 - std::pow(kSecondDecay, t));
  const bool decays = settings_.rule == UpdateRule::adamw && settings_.weight_decay > 0;
  const double kept = decays ? 1 - rate * settings_.weight_decay : 1;
  const Index decayed = settings_.decayed;
  largest_ = move_all(state_.parameters.size(), settings_.threads, [=](Index i) {
    const double cut = scale * g[i];
    m[i] = std::fma(kFirstDecay, m[i], (1 - kFirstDecay) * cut);
    s[i] = std::fma(kSecondDecay, s[i], (1 - kSecondDecay) * cut * cut);
    const double direction = first_correction * m[i] / (std::sqrt(second_correction * s[i]) + kEpsilon);
    w[i] = std::fma(-rate, direction, (i < decayed ? kept : 1) * w[i]);
    return larger_magnitude(w[i], m[i]);
  });
}

}  // namespace lockstep
