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
#pragma once

#include "lockstep/optim/state.h"

namespace lockstep {

enum class UpdateRule { perceptron, sgd, nesterov, adam, adamw };

struct UpdateSettings {
  UpdateRule rule = UpdateRule::sgd;
  double momentum = 0;      ///< μ of sgd and nesterov, in [0, 1); at 0 both are plain descent and keep no velocity
  double weight_decay = 0;  ///< λ of adamw, ≥ 0
  Index decayed = 0;        ///< adamw shrinks the first so many parameters; intercepts and biases come last
  double clip_norm = 0;     ///< c > 0: a longer gradient is cut to this norm; 0: none is
  int threads = 1;          ///< ≥ 1; the result does not depend on it
};

/// Takes steps in one pass over the arrays each, after one over the gradient for its norm.
class ParameterUpdate {
 public:
  /// Makes the moments that the rule needs where `state`, which must outlive this, has none yet.
  ParameterUpdate(const UpdateSettings& settings, OptimizerState& state);

  /// Moves parameters and moments by the gradient (p) and counts the step, or returns false and changes nothing: the
  /// gradient is not finite, its norm overflows, or a bound on the next parameters does.
  bool take_step(const Vector& gradient, double rate);

 private:
  bool is_safe(double gradient_norm, double rate) const;
  void descend(const double* g, double scale, double rate);
  void descend_with_momentum(const double* g, double scale, double rate);
  void descend_adaptively(const double* g, double scale, double rate);

  UpdateSettings settings_;
  OptimizerState& state_;
  double largest_;  // max over parameters and first moments of their magnitudes
};

}  // namespace lockstep
