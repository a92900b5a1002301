#include "optim/early_stopping.h"

#include <cmath>

#include <fmt/format.h>

namespace lockstep {

void EarlyStopping::record(std::int64_t number, OptimizerState& state) const {
  if (validator_ == nullptr) {
    return;
  }
  const double loss = validator_->loss(state.parameters);
  if (patience_ == 0) {
    return;
  }
  const bool is_first = state.best_parameters.size() == 0;
  if (!std::isfinite(loss)) {
    ++state.since_best;
  } else if (is_first || loss < state.best_score) {
    state.best_parameters = state.parameters;
    state.best_score = loss;
    state.best_at = number;
    state.since_best = 0;
  } else {
    ++state.since_best;
  }
}

std::string EarlyStopping::reason(const OptimizerState& state) const {
  return fmt::format(
      "the validation loss has not improved for {} (patience {}); least {:.6g} at {}, whose parameters are kept",
      state.since_best, patience_, state.best_score, state.best_at);
}

}  // namespace lockstep
