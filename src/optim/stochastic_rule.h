/// Update rules of the mini-batch optimizers: from the gradient of a batch to the next parameters.
///
/// | rule       | step t = 1, 2, …                                                                            |
/// | perceptron | w ← w − η g                                   (F. Rosenblatt, Psychological Review 65, 1958) |
/// | sgd        | v ← μ v + g,  w ← w − η v                     (B. Polyak 1964; Sutskever et al., ICML 2013)  |
/// | nesterov   | v ← μ v + g,  w ← w − η (g + μ v)             (Y. Nesterov 1983; the form of Sutskever et al.) |
/// | adam       | m ← β₁ m + (1 − β₁) g,  s ← β₂ s + (1 − β₂) g²,                                             |
/// |            | w ← w − η m̂ / (√ŝ + ε),  m̂ = m / (1 − β₁ᵗ),  ŝ = s / (1 − β₂ᵗ)                              |
/// |            |                                               (D. Kingma & J. Ba, ICLR 2015, algorithm 1)    |
/// | adamw      | as adam, from (1 − η λ) w instead of w        (I. Loshchilov & F. Hutter, ICLR 2019)         |
///
/// | symbol | meaning                                                             | shape |
/// | g      | ∇F_B(w), times min(1, c/‖∇F_B(w)‖) where gradients are clipped to c | p     |
/// | v, m   | velocity, first moment                                              | p     |
/// | s      | second moment                                                       | p     |
/// | μ, η   | momentum in [0, 1), learning rate > 0                               |       |
/// | λ      | weight decay, on the first `decayed` parameters only                |       |
///
/// (c: R. Pascanu, T. Mikolov & Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.)
///
/// A rule is a file of its own; optimizers name it in the factories of their rows (fit/optimizer_registry.cpp).
#pragma once

#include "lockstep/base/types.h"

#include <cstdint>
#include <memory>

namespace lockstep {

/// Arrays of p that a step reads and writes; null where the rule keeps no such moment.
struct StepArrays {
  const double* gradient = nullptr;  ///< ∇F_B(w), before it is cut
  double* parameters = nullptr;      ///< w
  double* velocity = nullptr;        ///< v, m
  double* second_moment = nullptr;   ///< s
};

struct StepTerms {
  std::int64_t number = 1;  ///< t
  double rate = 0;          ///< η
  double scale = 1;         ///< g = scale · ∇F_B(w)
};

/// One rule with its constants. What it remembers from step to step is in StochasticState.
class StochasticRule {
 public:
  virtual ~StochasticRule() = default;

  /// Vectors of p that the rule keeps: none; 1: velocity; 2: the second moment, too.
  virtual int moments() const = 0;

  /// A bound on the magnitudes that a step leads to, from the largest one of parameters and first moments and from ‖g‖;
  /// not finite where the step may overflow.
  virtual double bound(double largest, double gradient_norm, double rate) const = 0;

  /// Takes the step for the entries begin … end − 1, which depend on no others, and returns the largest magnitude of
  /// parameters and first moments among them. Does not throw.
  virtual double take(const StepArrays& arrays, const StepTerms& step, Index begin, Index end) const = 0;

  /// True where an epoch without a mistake leaves the parameters as they are, so that the run is over.
  virtual bool ends_without_mistakes() const { return false; }
};

struct RuleSettings {
  double momentum = 0;      ///< μ of sgd and nesterov, in [0, 1); at 0 both are plain descent and keep no velocity
  double weight_decay = 0;  ///< λ of adamw, ≥ 0
  Index decayed = 0;        ///< adamw shrinks the first so many parameters; intercepts and biases come last
};

/// Makes a rule that takes what it needs of the settings.
using MakeStochasticRule = std::unique_ptr<StochasticRule>(const RuleSettings& settings);
MakeStochasticRule make_perceptron_rule;
MakeStochasticRule make_sgd_rule;
MakeStochasticRule make_nesterov_rule;
MakeStochasticRule make_adam_rule;
MakeStochasticRule make_adamw_rule;

}  // namespace lockstep
