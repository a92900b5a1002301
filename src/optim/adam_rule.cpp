/// Adam, and AdamW with its decoupled weight decay (stochastic_rule.h says how).
#include "optim/move_entries.h"
#include "optim/stochastic_rule.h"

namespace lockstep {

namespace {

constexpr double kFirstDecay = 0.9;     // β₁
constexpr double kSecondDecay = 0.999;  // β₂
constexpr double kEpsilon = 1e-8;       // ε

class Adam final : public StochasticRule {
 public:
  Adam(double weight_decay, Index decayed) : weight_decay_(weight_decay), decayed_(decayed) {}

  int moments() const override { return 2; }

  /// Every entry of the new first moment is at most `moment`, and 1 − β₁ᵗ ≥ 1 − β₁.
  double bound(double largest, double gradient_norm, double rate) const override {
    const double moment = largest + gradient_norm;
    return (1 + rate * weight_decay_) * largest + rate * (moment / ((1 - kFirstDecay) * kEpsilon));
  }

  double take(const StepArrays& arrays, const StepTerms& step, Index begin, Index end) const override {
    const double* g = arrays.gradient;
    double* w = arrays.parameters;
    double* m = arrays.velocity;
    double* s = arrays.second_moment;
    const double rate = step.rate;
    const double scale = step.scale;
    const auto t = static_cast<double>(step.number);
    const double first_correction = 1 / (1 - std::pow(kFirstDecay, t));
    const double second_correction = 1 / (1 - std::pow(kSecondDecay, t));
    const double kept = weight_decay_ > 0 ? 1 - rate * weight_decay_ : 1;
    const Index decayed = decayed_;
    return move_entries(begin, end, [=](Index i) {
      const double cut = scale * g[i];
      m[i] = std::fma(kFirstDecay, m[i], (1 - kFirstDecay) * cut);
      s[i] = std::fma(kSecondDecay, s[i], (1 - kSecondDecay) * cut * cut);
      const double direction = first_correction * m[i] / (std::sqrt(second_correction * s[i]) + kEpsilon);
      w[i] = std::fma(-rate, direction, (i < decayed ? kept : 1) * w[i]);
      return larger_magnitude(w[i], m[i]);
    });
  }

 private:
  double weight_decay_;
  Index decayed_;
};

}  // namespace

std::unique_ptr<StochasticRule> make_adam_rule(const RuleSettings&) {
  return std::make_unique<Adam>(0, 0);
}

std::unique_ptr<StochasticRule> make_adamw_rule(const RuleSettings& settings) {
  return std::make_unique<Adam>(settings.weight_decay, settings.decayed);
}

}  // namespace lockstep
