/// A step of an update rule (stochastic_rule.h) over all parameters: cuts the gradient, refuses to overflow, shares the
/// blocks among the threads.
#pragma once

#include "lockstep/optim/state.h"
#include "optim/stochastic_rule.h"

namespace lockstep {

/// Takes steps in one pass over the arrays each, after one over the gradient for its norm.
class ParameterUpdate {
 public:
  /// Makes the moments that the rule keeps where `state` has none yet; both must outlive this. clip_norm > 0: a longer
  /// gradient is cut to this norm; 0: none is. threads ≥ 1; the result does not depend on it.
  ParameterUpdate(const StochasticRule& rule, double clip_norm, int threads, OptimizerState& state);

  /// Moves parameters and moments by the gradient (p) and counts the step, or returns false and changes nothing: the
  /// gradient is not finite, its norm overflows, or a bound on the next parameters does.
  bool take_step(const Vector& gradient, double rate);

 private:
  const StochasticRule& rule_;
  double clip_norm_;
  int threads_;
  OptimizerState& state_;
  double largest_;  // max over parameters and first moments of their magnitudes
};

}  // namespace lockstep
