/// validate(): every violation at once, with name and value.
#include "fit/known_names.h"
#include "io/printable.h"
#include "lockstep/base/errors.h"
#include "run/settings.h"
#include "run/train_options.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

class Violations {
 public:
  void add(const std::string& lines) { text_ += (text_.empty() || lines.empty() ? "" : "\n") + lines; }
  /// Notes "KEY = VALUE: RULE" unless the rule holds.
  template <typename T>
  void require(bool holds, const char* key, const T& value, const std::string& rule) {
    if (!holds) {
      add(fmt::format("{} = {}: {}", key, value, rule));
    }
  }
  void require_text(bool holds, const char* key, const std::string& value, const std::string& rule) {
    require(holds, key, '"' + printable(value) + '"', rule);
  }
  void throw_if_any() const {
    if (!text_.empty()) {
      throw ConfigurationError(text_);
    }
  }

 private:
  std::string text_;
};

/// A column has one role.
void check_columns(const ReadSettings& data, Violations& violations) {
  const std::vector<std::pair<const char*, std::string>> roles = {{"label-column", data.label_column},
                                                                  {"weight-column", data.weight_column},
                                                                  {"offset-column", data.offset_column},
                                                                  {"exposure-column", data.exposure_column}};
  for (std::size_t i = 0; i < roles.size(); ++i) {
    const auto& [key, column] = roles[i];
    if (column.empty()) {
      continue;
    }
    violations.require_text(std::ranges::find(data.drop, column) == data.drop.end(), key, column,
                            "must not be dropped as well (drop)");
    for (std::size_t j = 0; j < i; ++j) {
      violations.require_text(roles[j].second != column, key, column,
                              fmt::format("must differ from {}", roles[j].first));
    }
  }
}

void check_values(TrainSettings settings, Violations& violations) {
  for (const Option& option : train_options(settings)) {
    violations.add(option.violation());
  }
  check_columns(settings.data, violations);
}

/// A warm-up ends before the last epoch of a cosine.
void check_schedule(const FitSettings& fit, Violations& violations) {
  violations.require_text(fit.schedule.fits(fit.epochs), "schedule", fit.schedule.text,
                          fmt::format("the warm-up leaves none of the {} epochs to the cosine", fit.epochs));
}

/// The optimizers that have a property.
std::string those(bool OptimizerRow::*fact) {
  return joined(optimizer_names(fact), " or ");
}

/// What fits together.
void check_combination(const TrainSettings& s, Violations& violations) {
  const OptimizerRow& optimizer = optimizer_row(s.completed().fit.optimizer);
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
  only(!s.validation.labels.empty(), "validation-labels", s.validation.labels, s.validation.rows.is_file(),
       "needs --validation FILE");
  only(s.fit.patience > 0, "patience", s.fit.patience, !s.validation.rows.empty(), "needs --validation");
  const bool takes_offset = s.model.kind->loss != nullptr;
  for (const auto& [key, column] :
       {std::pair("offset-column", s.data.offset_column), std::pair("exposure-column", s.data.exposure_column)}) {
    only(!column.empty(), key, column, takes_offset, "is for models with one margin a row");
  }
  const std::string& weights = s.model.class_weights.text;
  only(!weights.empty(), "class-weight", weights, label_kind(s.model.kind, s.model.loss) == LabelKind::classes,
       "is for classifiers");
  only(s.model.is_network(), "intercept", s.model.intercept, s.model.intercept, "an mlp always has biases");
  check_schedule(s.fit, violations);
}

}  // namespace

void TrainSettings::validate_values() const {
  Violations violations;
  check_values(*this, violations);
  violations.throw_if_any();
}

void TrainSettings::validate() const {
  Violations violations;
  check_values(*this, violations);
  check_combination(*this, violations);
  violations.throw_if_any();
}

}  // namespace lockstep
