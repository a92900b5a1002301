#include "lockstep/optim/minimizer.h"

#include <cmath>

#include <fmt/format.h>

namespace lockstep {

std::optional<ValidationReport> EarlyStopping::record(std::int64_t number, OptimizerState& state) const {
  if (validator_ == nullptr) {
    return std::nullopt;
  }
  const ValidationReport report = validator_->validate(state.parameters);
  if (patience_ == 0) {
    return report;
  }
  const double loss = report.loss;
  EarlyStoppingState& best = state.early_stopping;
  const bool is_first = best.best_parameters.size() == 0;
  if (std::isfinite(loss) && (is_first || loss < best.best_score)) {
    best.best_parameters = state.parameters;
    best.best_score = loss;
    best.best_at = number;
    best.since_best = 0;
  } else {
    ++best.since_best;
  }
  return report;
}

std::string EarlyStopping::reason(const OptimizerState& state) const {
  const EarlyStoppingState& best = state.early_stopping;
  return fmt::format(
      "the validation loss has not improved for {} (patience {}); least {:.6g} at {}, whose parameters are kept",
      best.since_best, patience_, best.best_score, best.best_at);
}

}  // namespace lockstep
