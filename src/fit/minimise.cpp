#include "fit/minimise.h"

#include "lockstep/base/errors.h"
#include "optim/descent.h"
#include "optim/sgd.h"

namespace lockstep {

namespace {

UpdateRule update_rule(const FitSettings& settings) {
  switch (settings.optimizer) {
    case OptimizerKind::perceptron:
      return UpdateRule::perceptron;
    case OptimizerKind::adam:
      return UpdateRule::adam;
    case OptimizerKind::adamw:
      return UpdateRule::adamw;
    default:
      return settings.nesterov ? UpdateRule::nesterov : UpdateRule::sgd;
  }
}

StochasticSettings stochastic_settings(const FitSettings& settings, Index penalised, int threads) {
  StochasticSettings stochastic;
  stochastic.epochs = settings.epochs;
  stochastic.schedule = Schedule(settings.schedule, settings.learning_rate, settings.epochs);
  stochastic.update.rule = update_rule(settings);
  stochastic.update.momentum = settings.momentum;
  stochastic.update.weight_decay = settings.weight_decay;
  stochastic.update.decayed = penalised;
  stochastic.update.clip_norm = settings.clip_norm;
  stochastic.update.threads = threads;
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

Summary minimise(Objective& objective, const FitSettings& settings, Index penalised, int threads,
                 const EarlyStopping& early_stopping, OptimizerState& state, IterationObserver& observer) {
  if (is_mini_batch(settings.optimizer)) {
    return descend_stochastically(objective, stochastic_settings(settings, penalised, threads), early_stopping, state,
                                  observer);
  }
  return descend(objective, *descent_method(settings), {settings.max_iterations, settings.tolerance}, early_stopping,
                 state, observer);
}

}  // namespace lockstep
