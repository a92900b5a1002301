#include "fit/minimise.h"

#include "lockstep/base/errors.h"
#include "optim/descent.h"
#include "optim/sgd.h"

namespace lockstep {

namespace {

std::unique_ptr<StochasticRule> stochastic_rule(const FitSettings& settings, Index penalised) {
  const bool looks_ahead = settings.optimizer == OptimizerKind::sgd && settings.nesterov;
  return make_stochastic_rule(looks_ahead ? "nesterov" : to_string(settings.optimizer),
                              {settings.momentum, settings.weight_decay, penalised});
}

StochasticSettings stochastic_settings(const FitSettings& settings, Index penalised, int threads) {
  StochasticSettings stochastic;
  stochastic.epochs = settings.epochs;
  stochastic.rule = stochastic_rule(settings, penalised);
  stochastic.schedule = Schedule::make(settings.schedule, settings.learning_rate, settings.epochs);
  stochastic.clip_norm = settings.clip_norm;
  stochastic.threads = threads;
  return stochastic;
}

std::unique_ptr<DescentMethod> descent_method(const FitSettings& settings) {
  switch (settings.optimizer) {
    case OptimizerKind::gd:
      return make_gradient_descent(settings.learning_rate);
    case OptimizerKind::lbfgs:
      return make_lbfgs();
    case OptimizerKind::newton:
      return make_newton_cholesky();
    case OptimizerKind::newton_cg: {
      NewtonCgSettings newton;
      newton.curvature = settings.curvature;
      return make_newton_cg(newton);
    }
    default:
      break;
  }
  throw InternalError("no full-batch method for --optimizer " + to_string(settings.optimizer));
}

}  // namespace

OptimizerVectors optimizer_vectors(const FitSettings& settings) {
  const Index points = settings.patience > 0 ? 2 : 1;  // the last one, and the best
  if (is_mini_batch(settings.optimizer)) {
    return {points + stochastic_rule(settings, 0)->moments(), kStochasticVectors};
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
