/// All that the next step of an optimizer depends on, nothing else. Replicated on every rank; a checkpoint holds it.
#pragma once

#include "lockstep/base/types.h"

#include <cstdint>
#include <vector>

namespace lockstep {

struct OptimizerState {
  Vector parameters;            ///< w, p
  std::int64_t iteration = 0;   ///< completed iterations (full-batch) or steps (mini-batch)
  std::int64_t epoch = 0;       ///< completed epochs
  std::int64_t epoch_step = 0;  ///< completed steps of the current epoch

  // divergence.h
  double start_value = 0;         ///< F of the first step that saw a loss
  double start_scale = 0;         ///< size of its terms; 0: none yet
  std::int64_t risen_after = -1;  ///< steps after which F rose above that and did not come back; −1: it is not above
  double risen_mean = 0;          ///< mean of F over the steps since
  double risen_weight = 0;        ///< Σ of their weight

  // mini-batch optimizers
  Vector velocity;            ///< momentum buffer or Adam's first moment, p; empty where unused
  Vector second_moment;       ///< of Adam, p; empty where unused
  double epoch_loss = 0;      ///< Σ over this epoch's steps of batch objective × batch weight
  double epoch_weight = 0;    ///< Σ over this epoch's steps of batch weight
  double epoch_mistakes = 0;  ///< Σ over this epoch's steps of the weight on the wrong side
  bool separated = false;     ///< the last epoch saw no mistake

  double last_step_length = 0;  ///< of steepest descent with a line search; 0: no step yet

  // L-BFGS
  std::vector<Vector> point_changes;     ///< s_k = w_{k+1} − w_k, p each, oldest first
  std::vector<Vector> gradient_changes;  ///< y_k = ∇F_{k+1} − ∇F_k, p each
  double least_gradient_norm = 0;        ///< since F last fell above its rounding
  std::int64_t since_least = 0;          ///< iterations since then without a lesser one

  // Newton-CG
  double damping = 0;                 ///< λ of the Gauss–Newton model; 0: not chosen yet
  double previous_gradient_norm = 0;  ///< scaled ‖D ∇F‖ one iteration ago, for the forcing term; 0: none yet
  double forcing = 0;                 ///< η of the last iteration

  // early stopping
  Vector best_parameters;       ///< with the least validation loss so far, p; empty where unused
  double best_score = 0;        ///< that loss
  std::int64_t best_at = 0;     ///< the epoch (or iteration) of it
  std::int64_t since_best = 0;  ///< epochs (or iterations) since then
};

}  // namespace lockstep
