#include "fit/minimise.h"

#include "lockstep/base/errors.h"
#include "optim/descent.h"
#include "optim/sgd.h"

namespace lockstep {

namespace {

StochasticSettings stochastic_settings(const FitSettings& settings, Index penalised, int threads) {
  StochasticSettings stochastic;
  stochastic.epochs = settings.epochs;
  stochastic.rule = optimizer_row(settings.optimizer).rule(settings, penalised);
  stochastic.schedule = Schedule::make(settings.schedule, settings.learning_rate, settings.epochs);
  stochastic.clip_norm = settings.clip_norm;
  stochastic.threads = threads;
  return stochastic;
}

std::unique_ptr<DescentMethod> descent_method(const FitSettings& settings) {
  const OptimizerRow& row = optimizer_row(settings.optimizer);
  if (row.method == nullptr) {
    throw InternalError(std::string("no full-batch method for --optimizer ") + row.name);
  }
  return row.method(settings);
}

}  // namespace

OptimizerVectors optimizer_vectors(const FitSettings& settings) {
  const Index points = settings.patience > 0 ? 2 : 1;  // the last one, and the best
  if (const OptimizerRow& row = optimizer_row(settings.optimizer); row.is_mini_batch()) {
    return {points + row.rule(settings, 0)->moments(), kStochasticVectors};
  }
  const std::unique_ptr<DescentMethod> method = descent_method(settings);
  return {points + method->state_vectors(), kDescentVectors + method->working_vectors()};
}

Summary minimise(Objective& objective, const FitSettings& settings, Index penalised, const Execution& execution,
                 const EarlyStopping& early_stopping, OptimizerState& state, IterationObserver& observer) {
  if (is_mini_batch(settings.optimizer)) {
    auto* sampled = dynamic_cast<SampledObjective*>(&objective);
    if (sampled == nullptr) {
      throw Agreed<ConfigurationError>("--optimizer " + to_string(settings.optimizer) +
                                       " needs an objective with mini-batches");
    }
    return descend_stochastically(*sampled, stochastic_settings(settings, penalised, execution.threads()),
                                  early_stopping, state, observer);
  }
  return descend(objective, *descent_method(settings), {settings.max_iterations, settings.tolerance}, early_stopping,
                 state, observer);
}

}  // namespace lockstep
