/// All that the next step of an optimizer depends on, nothing else. Replicated on every rank; a checkpoint holds it.
#pragma once

#include "lockstep/base/types.h"

#include <cstdint>

namespace lockstep {

struct OptimizerState {
  Vector parameters;                  ///< w, p
  std::int64_t iteration = 0;         ///< completed iterations (full-batch) or steps (mini-batch)
  std::int64_t epoch = 0;             ///< completed epochs
  std::int64_t epoch_step = 0;        ///< completed steps of the current epoch
  double initial_gradient_norm = -1;  ///< ‖∇F(w₀)‖, for the tolerance; −1 before the first evaluation
  Vector velocity;                    ///< momentum buffer, p; empty where unused
  double epoch_loss = 0;              ///< Σ over this epoch's steps of batch objective × batch weight
  double epoch_weight = 0;            ///< Σ over this epoch's steps of batch weight
};

}  // namespace lockstep
