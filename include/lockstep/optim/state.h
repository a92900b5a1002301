/// All that the next step of an optimizer depends on, nothing else. Replicated on every rank; a checkpoint holds it.
///
/// What one method alone keeps is a struct of its own; visit() (base/visit.h) goes through the fields of all. Names are
/// those of the datasets of a checkpoint, each but once in all parts.
#pragma once

#include "lockstep/base/types.h"
#include "lockstep/base/visit.h"

#include <cstdint>
#include <vector>

namespace lockstep {

/// Since when F has been above its start (optim/divergence.h).
struct DivergenceState {
  double start_value = 0;         ///< F of the first step that saw a loss
  double start_scale = 0;         ///< size of its terms; 0: none yet
  std::int64_t risen_after = -1;  ///< steps after which F rose above that and did not come back; −1: it is not above
  double risen_mean = 0;          ///< mean of F over the steps since
  double risen_weight = 0;        ///< Σ of their weight

  template <typename F>
  static void fields(F&& f) {
    f("start_value", &DivergenceState::start_value);
    f("start_scale", &DivergenceState::start_scale);
    f("risen_after", &DivergenceState::risen_after);
    f("risen_mean", &DivergenceState::risen_mean);
    f("risen_weight", &DivergenceState::risen_weight);
  }
};

/// Of the mini-batch optimizers.
struct StochasticState {
  Vector velocity;            ///< momentum buffer or Adam's first moment, p; empty where unused
  Vector second_moment;       ///< of Adam, p; empty where unused
  double epoch_loss = 0;      ///< Σ over this epoch's steps of batch objective × batch weight
  double epoch_weight = 0;    ///< Σ over this epoch's steps of batch weight
  double epoch_mistakes = 0;  ///< Σ over this epoch's steps of the weight on the wrong side
  bool separated = false;     ///< the last epoch saw no mistake

  template <typename F>
  static void fields(F&& f) {
    f("velocity", &StochasticState::velocity);
    f("second_moment", &StochasticState::second_moment);
    f("epoch_loss", &StochasticState::epoch_loss);
    f("epoch_weight", &StochasticState::epoch_weight);
    f("epoch_mistakes", &StochasticState::epoch_mistakes);
    f("separated", &StochasticState::separated);
  }
};

/// Of L-BFGS.
struct LbfgsState {
  std::vector<Vector> point_changes;     ///< s_k = w_{k+1} − w_k, p each, oldest first
  std::vector<Vector> gradient_changes;  ///< y_k = ∇F_{k+1} − ∇F_k, p each
  double least_gradient_norm = 0;        ///< since F last fell above its rounding
  std::int64_t since_least = 0;          ///< iterations since then without a lesser one

  template <typename F>
  static void fields(F&& f) {
    f("point_changes", &LbfgsState::point_changes);
    f("gradient_changes", &LbfgsState::gradient_changes);
    f("least_gradient_norm", &LbfgsState::least_gradient_norm);
    f("since_least", &LbfgsState::since_least);
  }
};

/// Of Newton–CG.
struct NewtonCgState {
  double damping = 0;                 ///< λ of the Gauss–Newton model; 0: not chosen yet
  double previous_gradient_norm = 0;  ///< scaled ‖D ∇F‖ one iteration ago, for the forcing term; 0: none yet
  double forcing = 0;                 ///< η of the last iteration

  template <typename F>
  static void fields(F&& f) {
    f("damping", &NewtonCgState::damping);
    f("previous_gradient_norm", &NewtonCgState::previous_gradient_norm);
    f("forcing", &NewtonCgState::forcing);
  }
};

/// The best point so far (optim/early_stopping.h).
struct EarlyStoppingState {
  Vector best_parameters;       ///< with the least validation loss so far, p; empty where unused
  double best_score = 0;        ///< that loss
  std::int64_t best_at = 0;     ///< the epoch (or iteration) of it
  std::int64_t since_best = 0;  ///< epochs (or iterations) since then

  template <typename F>
  static void fields(F&& f) {
    f("best_parameters", &EarlyStoppingState::best_parameters);
    f("best_score", &EarlyStoppingState::best_score);
    f("best_at", &EarlyStoppingState::best_at);
    f("since_best", &EarlyStoppingState::since_best);
  }
};

struct OptimizerState {
  Vector parameters;            ///< w, p
  std::int64_t iteration = 0;   ///< completed iterations (full-batch) or steps (mini-batch)
  std::int64_t epoch = 0;       ///< completed epochs
  std::int64_t epoch_step = 0;  ///< completed steps of the current epoch
  double last_step_length = 0;  ///< of steepest descent with a line search; 0: no step yet
  DivergenceState divergence;
  StochasticState stochastic;
  LbfgsState lbfgs;
  NewtonCgState newton_cg;
  EarlyStoppingState early_stopping;

  template <typename F>
  static void fields(F&& f) {
    f("parameters", &OptimizerState::parameters);
    f("iteration", &OptimizerState::iteration);
    f("epoch", &OptimizerState::epoch);
    f("epoch_step", &OptimizerState::epoch_step);
    f("last_step_length", &OptimizerState::last_step_length);
    f("divergence", &OptimizerState::divergence);
    f("stochastic", &OptimizerState::stochastic);
    f("lbfgs", &OptimizerState::lbfgs);
    f("newton_cg", &OptimizerState::newton_cg);
    f("early_stopping", &OptimizerState::early_stopping);
  }
};

}  // namespace lockstep
