#include "fit/settings_check.h"

#include "fit/known_names.h"
#include "fit/learning_options.h"
#include "fit/model_description.h"

#include <algorithm>
#include <vector>

namespace lockstep {

namespace {

/// A warm-up ends before the last epoch of a cosine.
void check_schedule(const FitSettings& fit, Violations& violations) {
  violations.require_text(fit.schedule.fits(fit.epochs), "schedule", fit.schedule.text,
                          fmt::format("the warm-up leaves none of the {} epochs to the cosine", fit.epochs));
}

/// The optimizers that have a property.
std::string those(bool OptimizerRow::*fact) {
  return joined(optimizer_names(fact), " or ");
}

}  // namespace

void check_combination(const LearningSettings& s, Violations& violations) {
  const OptimizerRow& optimizer = *completed(s.fit, s.model, s.penalty).optimizer;
  const std::string why = misfit(s.model.kind, s.fit.optimizer);
  violations.require_text(why.empty(), "optimizer", to_string(s.fit.optimizer), why);
  const auto only = [&](bool given, const char* key, const auto& value, bool holds, const std::string& rule) {
    violations.require(!given || holds, key, value, rule);
  };
  only(s.penalty.l1 > 0, "l1", s.penalty.l1, optimizer.takes_l1 && !s.model.is_network(),
       "needs --optimizer " + those(&OptimizerRow::takes_l1) + " and a model that is linear in its parameters");
  only(s.penalty.l2 > 0, "l2", s.penalty.l2, optimizer.takes_l2,
       "is no part of the perceptron rule; use --optimizer sgd");
  const bool is_stochastic = optimizer.is_mini_batch();
  only(s.fit.batch_size > 0, "batch-size", s.fit.batch_size, is_stochastic, "is for the mini-batch optimizers");
  only(s.fit.lanes > 0, "lanes", s.fit.lanes, is_stochastic, "is for the mini-batch optimizers");
  const std::string& schedule = s.fit.schedule.text;
  only(schedule != "constant", "schedule", schedule, is_stochastic, "is for the mini-batch optimizers");
  only(s.fit.learning_rate > 0, "learning-rate", s.fit.learning_rate, optimizer.takes_learning_rate,
       "is for the mini-batch optimizers and gd");
  only(s.fit.momentum > 0, "momentum", s.fit.momentum, optimizer.takes_momentum,
       "is for --optimizer " + those(&OptimizerRow::takes_momentum));
  only(s.fit.nesterov, "nesterov", s.fit.nesterov, optimizer.takes_momentum && s.fit.momentum > 0,
       "needs --optimizer " + those(&OptimizerRow::takes_momentum) + " and --momentum");
  only(s.fit.weight_decay > 0, "weight-decay", s.fit.weight_decay, optimizer.takes_weight_decay,
       "is for --optimizer " + those(&OptimizerRow::takes_weight_decay) + " (others: --l2)");
  only(s.fit.clip_norm > 0, "clip-norm", s.fit.clip_norm, is_stochastic, "is for the mini-batch optimizers");
  const std::string& weights = s.model.class_weights.text;
  only(!weights.empty(), "class-weight", weights, label_kind(s.model.kind, s.model.loss) == LabelKind::classes,
       "is for classifiers");
  only(s.model.is_network(), "intercept", s.model.intercept, s.model.intercept, "an mlp always has biases");
  check_schedule(s.fit, violations);
}

void validate(const LearningSettings& settings) {
  LearningSettings judged = settings;
  Violations violations;
  for (const Option& option : learning_options(judged)) {
    violations.add(option.violation());
  }
  check_combination(settings, violations);
  violations.throw_if_any();
}

void validate(const FitSettings& settings) {
  LearningSettings judged;
  judged.fit = settings;
  Violations violations;
  for (const Option& option : optimizer_options(judged)) {
    violations.add(option.violation());
  }
  check_schedule(settings, violations);
  violations.throw_if_any();
}

std::string to_lines(const LearningSettings& settings) {
  LearningSettings told = settings;
  std::string lines;
  for (const Option& option : learning_options(told)) {
    lines += option.name + " = " + option.value.literal() + "\n";
  }
  return lines;
}

void require_same_lines(const std::string& lines, Communicator& comm) {
  const std::vector<std::string> all = all_gather_text(comm, lines);
  for (std::size_t rank = 1; rank < all.size(); ++rank) {
    if (all[rank] == all[0]) {
      continue;
    }
    const auto line_at = [](const std::string& text, std::size_t at) {
      const std::size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
      return text.substr(begin, text.find('\n', begin) - begin);
    };
    const auto at = static_cast<std::size_t>(std::ranges::mismatch(all[0], all[rank]).in1 - all[0].begin());
    throw Agreed<ConfigurationError>(fmt::format("ranks were told other things: rank 0 {}, rank {} {}",
                                                 line_at(all[0], at), rank, line_at(all[rank], at)));
  }
}

FitSettings completed_for(Objective& objective, const FitSettings& settings) {
  FitSettings full = settings;
  if (full.optimizer.is_automatic()) {
    full.optimizer = objective.has_hessian() ? OptimizerKind("newton") : OptimizerKind("lbfgs");
  }
  const OptimizerRow& row = *full.optimizer;
  if (full.optimizer->takes_hessians() && !objective.has_hessian()) {
    throw ConfigurationError(std::string(row.name) + " needs an objective with a Hessian; newton-cg takes products");
  }
  if (row.is_mini_batch() && dynamic_cast<SampledObjective*>(&objective) == nullptr) {
    throw ConfigurationError(std::string(row.name) + " needs an objective with mini-batches");
  }
  if (row.is_mini_batch() && full.learning_rate == 0) {
    full.learning_rate = row.learning_rate;
  }
  return full;
}

std::string misfit(ModelKind model, OptimizerKind optimizer) {
  return optimizer.is_automatic() || model->fits(*optimizer) ? "" : model->misfit;
}

}  // namespace lockstep
