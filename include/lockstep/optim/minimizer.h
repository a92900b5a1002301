/// What an optimizer reports while it runs and when it ends.
#pragma once

#include "lockstep/optim/state.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace lockstep {

/// What a model makes of rows that training does not see, without penalty.
struct ValidationReport {
  double loss = std::numeric_limits<double>::quiet_NaN();      ///< mean
  double accuracy = std::numeric_limits<double>::quiet_NaN();  ///< NaN: no classifier
};

/// One completed iteration (full-batch) or epoch (mini-batch).
struct IterationReport {
  double objective = 0;       ///< F at the new point; for an epoch the mean over its steps
  double gradient_norm = -1;  ///< ‖∇F‖ at the new point; −1: not known
  double step_length = 0;     ///< t of the line search, or the learning rate
  double damping = 0;         ///< added to the scaled Hessian's diagonal; 0: none was needed
  std::int64_t products = 0;  ///< curvature products of the direction
  /// Parameters whose pivots vanished where damping was needed, with those that each depends on: "b (with a,
  /// intercept)".
  std::vector<std::string> weak_parameters;
  double mistakes = -1;                        ///< weight of the rows on the wrong side in an epoch; −1: not known
  std::optional<ValidationReport> validation;  ///< at the new point, where rows are held out
};

/// Called by the optimizers on every rank with the same values, so that all ranks see the same trajectory. This one
/// looks away.
class IterationObserver {
 public:
  virtual ~IterationObserver() = default;
  /// An iteration or epoch is complete; `state` is what a checkpoint may hold.
  virtual void iteration_completed(const OptimizerState& /*state*/, const IterationReport& /*report*/) {}
  /// A step inside an epoch is complete (not called at the last one of an epoch).
  virtual void step_completed(const OptimizerState& /*state*/) {}
};

/// How a run ended. Non-convergence is a result, not an error.
struct Summary {
  enum class Status {
    converged,
    limit_reached,  ///< max_iterations or epochs
    stopped,        ///< some rank wished to stop; the state stands at a completed iteration
    failed          ///< no further progress, short of the tolerance
  };
  Status status = Status::limit_reached;
  std::string reason;             ///< a sentence with the numbers
  double objective = 0;           ///< F at the final parameters, over all rows
  double gradient_norm = -1;      ///< ‖∇F‖ there; −1: not evaluated
  double decrement = -1;          ///< δ there (convergence.h), from below; −1: not known
  std::int64_t products = 0;      ///< curvature products that judged the last point; a Hessian is not counted
  std::int64_t check_passes = 0;  ///< passes that judged points, the last one and earlier ones
  double damping = 0;             ///< λ that the check added to the curvature there
  std::vector<std::string> weak_parameters;  ///< those that depend on others to rounding there
};

}  // namespace lockstep
