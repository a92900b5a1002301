/// What an optimizer reports while it runs and when it ends, and early stopping.
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

/// Rows that training does not see.
class Validator {
 public:
  virtual ~Validator() = default;
  /// At w (p); the same bits on every rank. Collective.
  virtual ValidationReport validate(const Vector& w) = 0;
};

/// Early stopping on held-out rows (L. Prechelt, "Early stopping – but when?", Neural Networks: Tricks of the Trade,
/// 1998): the parameters with the least validation loss are kept, and a run ends when that loss has not improved for
/// `patience` epochs (or iterations).
class EarlyStopping {
 public:
  /// Never stops, keeps nothing.
  EarlyStopping() = default;

  /// `validator` outlives this. patience ≥ 1 epochs (or iterations); 0: the loss is evaluated for reports, nothing is
  /// kept and nothing stops.
  EarlyStopping(Validator& validator, std::int64_t patience) : validator_(&validator), patience_(patience) {}

  /// Evaluates the parameters after epoch (or iteration) `number`, records what was found in `state` and tells it;
  /// empty: no rows are held out. Collective.
  std::optional<ValidationReport> record(std::int64_t number, OptimizerState& state) const;

  /// True when the loss has not improved for `patience` epochs: a function of the state, so that a run resumed at its
  /// end ends.
  bool is_exhausted(const OptimizerState& state) const {
    return patience_ > 0 && state.early_stopping.since_best >= patience_;
  }

  /// A sentence with the numbers.
  std::string reason(const OptimizerState& state) const;

 private:
  Validator* validator_ = nullptr;
  std::int64_t patience_ = 0;
};

/// The parameters that training hands out: the best ones where they are kept, else the last.
inline const Vector& final_parameters(const OptimizerState& state) {
  return state.early_stopping.best_parameters.size() > 0 ? state.early_stopping.best_parameters : state.parameters;
}

}  // namespace lockstep
