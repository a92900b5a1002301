/// Early stopping on held-out rows (L. Prechelt, "Early stopping – but when?", Neural Networks: Tricks of the Trade,
/// 1998): the parameters with the least validation loss are kept, and a run ends when that loss has not improved for
/// `patience` epochs (or iterations).
#pragma once

#include "lockstep/optim/minimizer.h"
#include "lockstep/optim/state.h"

#include <cstdint>
#include <optional>
#include <string>

namespace lockstep {

/// Rows that training does not see.
class Validator {
 public:
  virtual ~Validator() = default;
  /// At w (p); the same bits on every rank. Collective.
  virtual ValidationReport validate(const Vector& w) = 0;
};

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
