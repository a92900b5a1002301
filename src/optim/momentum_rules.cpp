/// Plain descent, heavy-ball and Nesterov momentum (stochastic_rule.h says how), and Rosenblatt's rule.
#include "optim/move_entries.h"
#include "optim/stochastic_rule.h"

namespace lockstep {

namespace {

/// Every entry of the new velocity is at most `moment`, and μ < 1.
double momentum_bound(double largest, double gradient_norm, double rate) {
  const double moment = largest + gradient_norm;
  return largest + rate * (2 * moment);
}

class PlainDescent : public StochasticRule {
 public:
  int moments() const override { return 0; }

  double bound(double largest, double gradient_norm, double rate) const override {
    return momentum_bound(largest, gradient_norm, rate);
  }

  double take(const StepArrays& arrays, const StepTerms& step, Index begin, Index end) const override {
    const double* g = arrays.gradient;
    double* w = arrays.parameters;
    const double length = step.rate * step.scale;
    return move_entries(begin, end, [=](Index i) {
      w[i] = std::fma(-length, g[i], w[i]);
      return std::abs(w[i]);
    });
  }
};

/// Moves for rows on the wrong side alone.
class Perceptron final : public PlainDescent {
 public:
  bool ends_without_mistakes() const override { return true; }
};

/// Both forms of momentum go along a v + b g: (a, b) = (1, 0) or (μ, 1).
class Momentum final : public StochasticRule {
 public:
  Momentum(double momentum, bool looks_ahead) : momentum_(momentum), looks_ahead_(looks_ahead) {}

  int moments() const override { return 1; }

  double bound(double largest, double gradient_norm, double rate) const override {
    return momentum_bound(largest, gradient_norm, rate);
  }

  double take(const StepArrays& arrays, const StepTerms& step, Index begin, Index end) const override {
    const double* g = arrays.gradient;
    double* w = arrays.parameters;
    double* v = arrays.velocity;
    const double momentum = momentum_;
    const double rate = step.rate;
    const double scale = step.scale;
    const double a = looks_ahead_ ? momentum : 1;
    const double b = looks_ahead_ ? scale : 0;
    return move_entries(begin, end, [=](Index i) {
      v[i] = std::fma(momentum, v[i], scale * g[i]);
      w[i] = std::fma(-rate, std::fma(a, v[i], b * g[i]), w[i]);
      return larger_magnitude(w[i], v[i]);
    });
  }

 private:
  double momentum_;
  bool looks_ahead_;
};

std::unique_ptr<StochasticRule> make_momentum(double momentum, bool looks_ahead) {
  if (momentum > 0) {
    return std::make_unique<Momentum>(momentum, looks_ahead);
  }
  return std::make_unique<PlainDescent>();
}

}  // namespace

std::unique_ptr<StochasticRule> make_perceptron_rule(const RuleSettings&) {
  return std::make_unique<Perceptron>();
}

std::unique_ptr<StochasticRule> make_sgd_rule(const RuleSettings& settings) {
  return make_momentum(settings.momentum, false);
}

std::unique_ptr<StochasticRule> make_nesterov_rule(const RuleSettings& settings) {
  return make_momentum(settings.momentum, true);
}

}  // namespace lockstep
