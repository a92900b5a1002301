#include "lockstep/fit/fit.h"

#include "comm/agreement.h"
#include "data/memory_reader.h"
#include "fit/optimizer_vectors.h"
#include "fit/problem.h"
#include "fit/settings_check.h"
#include "lockstep/base/errors.h"
#include "optim/descent.h"
#include "optim/sgd.h"
#include "risk/empirical_risk.h"

#include <cassert>
#include <charconv>

#include <fmt/format.h>

namespace lockstep {

namespace {

StochasticSettings stochastic_settings(const FitSettings& settings, Index penalised, int threads) {
  StochasticSettings stochastic;
  stochastic.epochs = settings.epochs;
  stochastic.rule = settings.optimizer->rule(settings, penalised);
  stochastic.schedule = Schedule::make(settings.schedule, settings.learning_rate, settings.epochs);
  stochastic.clip_norm = settings.clip_norm;
  stochastic.threads = threads;
  return stochastic;
}

std::unique_ptr<DescentMethod> descent_method(const FitSettings& settings, const Structure& objective) {
  const OptimizerRow& row = *settings.optimizer;
  if (row.method == nullptr) {
    throw InternalError(std::string("no full-batch method for --optimizer ") + row.name);
  }
  return row.method(settings, objective);
}

/// Names of classes that are numbers, as labels in memory are.
std::vector<double> numbers_of(const std::vector<std::string>& classes) {
  std::vector<double> numbers;
  for (const std::string& name : classes) {
    double value = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
    assert(error == std::errc{} && end == name.data() + name.size());
    static_cast<void>(end);
    numbers.push_back(value);
  }
  return numbers;
}

void refuse_what_rows_lack(const MemoryRows& rows, const LearningSettings& settings) {
  if (!rows.offset.empty() && settings.model.kind->loss == nullptr) {
    throw ConfigurationError("offset: is for models with one margin a row");
  }
  if (settings.fit.patience > 0) {
    throw ConfigurationError(fmt::format("patience = {}: no rows are held out", settings.fit.patience));
  }
}

}  // namespace

OptimizerVectors optimizer_vectors(const FitSettings& settings, Index parameters) {
  const Index points = settings.patience > 0 ? 2 : 1;  // the last one, and the best
  if (const OptimizerRow& row = *settings.optimizer; row.is_mini_batch()) {
    return {points + row.rule(settings, 0)->moments(), kStochasticVectors};
  }
  const std::unique_ptr<DescentMethod> method = descent_method(settings, {});
  return {points + method->state_vectors(parameters), kDescentVectors + method->working_vectors()};
}

Summary fit(Objective& objective, const FitSettings& settings, const Execution& execution, OptimizerState& state,
            IterationObserver& observer, const EarlyStopping& early_stopping) {
  FitSettings chosen;
  agree(execution.comm(), [&] {
    validate(settings);
    chosen = completed_for(objective, settings);
    if (state.parameters.size() != objective.dimension()) {
      throw ConfigurationError(fmt::format("a start of {} parameters for an objective of {}", state.parameters.size(),
                                           objective.dimension()));
    }
  });
  LearningSettings told;
  told.fit = chosen;
  require_same_lines(to_lines(told), execution.comm());
  if (!chosen.optimizer->is_mini_batch()) {
    return descend(objective, *descent_method(chosen, objective.structure()), {chosen.max_iterations, chosen.tolerance},
                   early_stopping, state, observer);
  }
  const Index penalised = objective.structure().penalised;
  return descend_stochastically(
      dynamic_cast<SampledObjective&>(objective),
      stochastic_settings(chosen, penalised < 0 ? objective.dimension() : penalised, execution.threads()),
      early_stopping, state, observer);
}

Summary fit(Objective& objective, const FitSettings& settings, const Execution& execution, OptimizerState& state) {
  IterationObserver silent;
  return fit(objective, settings, execution, state, silent);
}

FittedModel fit(const MemoryRows& rows, const LearningSettings& settings, const Execution& execution,
                IterationObserver& observer) {
  LearningSettings full = settings;
  agree(execution.comm(), [&] {
    validate(settings);
    refuse_what_rows_lack(rows, settings);
    full.fit = completed(settings.fit, settings.model, settings.penalty);
  });
  require_same_lines(to_lines(full), execution.comm());
  RawData raw = read_rows(rows, label_kind(full.model.kind, full.model.loss), execution.comm());
  require_classes(full, raw, kMemorySource);
  const TrainingProblem problem = make_problem(full, kMemorySource, std::move(raw), nullptr, execution);
  const std::unique_ptr<Model> model = make_model(problem.model, problem.class_weights);
  BatchSettings batches;
  if (full.fit.optimizer->is_mini_batch()) {
    batches = {full.fit.batch_size, full.fit.seed};
  }
  EmpiricalRisk risk(problem.rows, *model, Penalty(full.penalty.l2, model->penalised(), full.penalty.l1), batches,
                     execution);
  OptimizerState state;
  state.parameters = starting_parameters(problem, full.fit.seed);
  FittedModel fitted;
  fitted.summary = fit(risk, full.fit, execution, state, observer);
  fitted.parameters = final_parameters(state);
  fitted.outputs = model->outputs();
  fitted.classes = numbers_of(problem.rows.schema.class_names());
  fitted.notices = problem.rows.notices;
  return fitted;
}

FittedModel fit(const MemoryRows& rows, const LearningSettings& settings, const Execution& execution) {
  IterationObserver silent;
  return fit(rows, settings, execution, silent);
}

}  // namespace lockstep
