/// validate(): every violation at once, with name and value.
#include "fit/class_weights.h"
#include "fit/settings.h"
#include "io/printable.h"
#include "lockstep/base/errors.h"
#include "optim/schedule.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

namespace lockstep {

namespace {

bool is_power_of_two(std::int64_t n) {
  return n > 0 && (n & (n - 1)) == 0;
}

bool is_whole_number(std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value >= least && value <= most;
}

bool is_schedule(const TrainSettings& settings) {
  try {
    static_cast<void>(Schedule::parse(settings.schedule, 1, settings.epochs));
    return true;
  } catch (const ConfigurationError&) {
    return false;
  }
}

class Violations {
 public:
  /// Notes "KEY = VALUE: RULE" unless the rule holds.
  template <typename T>
  void require(bool holds, const char* key, const T& value, const std::string& rule) {
    if (!holds) {
      text_ += fmt::format("{}{} = {}: {}", text_.empty() ? "" : "\n", key, value, rule);
    }
  }
  void require_text(bool holds, const char* key, const std::string& value, const std::string& rule) {
    require(holds, key, '"' + printable(value) + '"', rule);
  }
  void no_nul(const char* key, const std::string& value) {
    require_text(value.find('\0') == std::string::npos, key, value, "must not contain a NUL character");
  }
  /// `parse` throws UsageError with the rule that is broken.
  template <typename Parse>
  void require_parsed(const char* key, const std::string& value, Parse parse) {
    try {
      parse(value);
    } catch (const UsageError& error) {
      require_text(false, key, value, error.what());
    }
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
    violations.no_nul(key, column);
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
  for (const std::string& column : data.drop) {
    violations.require_text(!column.empty(), "drop", column, "must name a column");
    violations.no_nul("drop", column);
  }
}

void check_data(const TrainSettings& settings, Violations& violations) {
  const ReadSettings& data = settings.data;
  violations.require_text(!data.path.empty(), "data", data.path, "must name the file to learn from");
  violations.no_nul("data", data.path);
  violations.no_nul("validation", settings.validation);
  violations.no_nul("labels", data.labels);
  violations.no_nul("validation-labels", settings.validation_labels);
  check_columns(data, violations);
  violations.require_text(!data.x_name.empty(), "x-name", data.x_name, "must name the features of an HDF5 file");
  violations.no_nul("x-name", data.x_name);
  violations.require_text(!data.y_name.empty(), "y-name", data.y_name, "must name the labels of an HDF5 file");
  violations.no_nul("y-name", data.y_name);
}

/// Which optimizers fit a model.
bool fits(ModelKind model, OptimizerKind optimizer) {
  if (optimizer == OptimizerKind::automatic) {
    return true;
  }
  if (model == ModelKind::perceptron) {
    return is_mini_batch(optimizer);
  }
  if (model == ModelKind::mlp) {
    return optimizer != OptimizerKind::newton && optimizer != OptimizerKind::perceptron;
  }
  return optimizer != OptimizerKind::perceptron;
}

void check_model(const TrainSettings& s, Violations& violations) {
  const auto is_weight = [](double x) { return std::isfinite(x) && x >= 0; };
  violations.require(is_weight(s.l2), "l2", s.l2, "must be finite and at least 0");
  violations.require(is_weight(s.l1), "l1", s.l1, "must be finite and at least 0");
  violations.require(std::isfinite(s.delta) && s.delta > 0, "delta", s.delta, "must be finite and above 0");
  for (const std::string& units : s.hidden) {
    violations.require_text(is_whole_number(units, 1, 1000000), "hidden", units,
                            "must be whole numbers from 1 to 1000000, separated by commas");
  }
  violations.no_nul("class-weight", s.class_weight);
  violations.require_parsed("class-weight", s.class_weight, parse_class_weights);
  violations.no_nul("init", s.init);
}

/// What fits together.
void check_combination(const TrainSettings& s, Violations& violations) {
  const TrainSettings full = s.completed();
  const OptimizerKind optimizer = full.optimizer;
  violations.require_text(fits(s.model, s.optimizer), "optimizer", to_string(s.optimizer),
                          s.model == ModelKind::perceptron ? "the perceptron learns by perceptron, sgd, adam or adamw"
                          : s.model == ModelKind::mlp
                              ? "an mlp learns by sgd, adam, adamw, gd, lbfgs or newton-cg (its Hessian is too large)"
                              : "the perceptron rule is for --model perceptron");
  const auto only = [&](bool given, const char* key, const auto& value, bool holds, const char* rule) {
    violations.require(!given || holds, key, value, rule);
  };
  const bool is_sgd = optimizer == OptimizerKind::sgd;
  only(s.l1 > 0, "l1", s.l1, optimizer == OptimizerKind::lbfgs && s.model != ModelKind::mlp,
       "needs --optimizer lbfgs and a model that is linear in its parameters");
  const bool is_rule = optimizer == OptimizerKind::perceptron;
  only(s.l2 > 0, "l2", s.l2, !is_rule, "is no part of the perceptron rule; use --optimizer sgd");
  const bool is_stochastic = is_mini_batch(optimizer);
  only(s.batch_size > 0, "batch-size", s.batch_size, is_stochastic, "is for the mini-batch optimizers");
  only(s.lanes > 0, "lanes", s.lanes, is_stochastic, "is for the mini-batch optimizers");
  only(s.schedule != "constant", "schedule", s.schedule, is_stochastic, "is for the mini-batch optimizers");
  only(s.learning_rate > 0, "learning-rate", s.learning_rate, is_stochastic || optimizer == OptimizerKind::gd,
       "is for the mini-batch optimizers and gd");
  only(s.momentum > 0, "momentum", s.momentum, is_sgd, "is for --optimizer sgd");
  only(s.nesterov, "nesterov", s.nesterov, is_sgd && s.momentum > 0, "needs --optimizer sgd and --momentum");
  only(s.weight_decay > 0, "weight-decay", s.weight_decay, optimizer == OptimizerKind::adamw,
       "is for --optimizer adamw (others: --l2)");
  only(s.clip_norm > 0, "clip-norm", s.clip_norm, is_mini_batch(optimizer), "is for the mini-batch optimizers");
  const bool has_validation_file = !s.validation.empty() && s.validation_fraction() == 0;
  only(!s.validation_labels.empty(), "validation-labels", s.validation_labels, has_validation_file,
       "needs --validation FILE");
  only(s.patience > 0, "patience", s.patience, !s.validation.empty(), "needs --validation");
  const bool takes_offset = s.model != ModelKind::softmax && s.model != ModelKind::mlp;
  for (const auto& [key, column] :
       {std::pair("offset-column", s.data.offset_column), std::pair("exposure-column", s.data.exposure_column)}) {
    only(!column.empty(), key, column, takes_offset, "is for models with one margin a row");
  }
  only(!s.class_weight.empty(), "class-weight", s.class_weight, label_kind(s.model, s.loss) == LabelKind::classes,
       "is for classifiers");
  only(s.model == ModelKind::mlp, "intercept", s.intercept, s.intercept, "an mlp always has biases");
}

void check_learning(const TrainSettings& s, Violations& violations) {
  violations.require(s.max_iterations >= 0, "max-iterations", s.max_iterations, "must be at least 0");
  violations.require(std::isfinite(s.tolerance) && s.tolerance > 0, "tolerance", s.tolerance,
                     "must be finite and above 0");
  violations.require(s.epochs >= 0, "epochs", s.epochs, "must be at least 0");
  violations.require(s.batch_size >= 0, "batch-size", s.batch_size, "must be at least 1, or 0");
  violations.require(s.lanes == 0 || is_power_of_two(s.lanes), "lanes", s.lanes, "must be a power of two, or 0");
  violations.require(std::isfinite(s.learning_rate) && s.learning_rate >= 0, "learning-rate", s.learning_rate,
                     "must be finite and above 0, or 0");
  violations.require_text(is_schedule(s), "schedule", s.schedule,
                          "must be [warmup:EPOCHS+]constant, step[:EPOCHS[:FACTOR]], cosine or inverse[:RATE], with "
                          "positive numbers");
  violations.require(s.momentum >= 0 && s.momentum < 1, "momentum", s.momentum, "must be at least 0 and below 1");
  violations.require(std::isfinite(s.weight_decay) && s.weight_decay >= 0, "weight-decay", s.weight_decay,
                     "must be finite and at least 0");
  violations.require(std::isfinite(s.clip_norm) && s.clip_norm >= 0, "clip-norm", s.clip_norm,
                     "must be finite and at least 0");
  violations.require(s.patience >= 0, "patience", s.patience, "must be at least 0");
}

void check_running(const TrainSettings& s, Violations& violations) {
  violations.require(s.threads >= 0, "threads", s.threads, "must be at least 0");
  violations.no_nul("run", s.run);
  violations.require_text(s.resume != ResumePolicy::file || !s.resume_file.empty(), "resume", s.resume_file,
                          "must be auto, never or a checkpoint file");
  violations.no_nul("resume", s.resume_file);
  const std::vector<ConfigEntry> entries = config_entries(s);
  for (const std::string& key : s.allow_change) {
    const bool known = std::ranges::any_of(entries, [&](const ConfigEntry& entry) { return entry.key == key; });
    violations.require_text(known, "allow-change", key, "is no key of the configuration");
  }
  violations.require_parsed("checkpoint-every", s.checkpoint_every, parse_checkpoint_interval);
  violations.require(s.keep >= 2, "keep", s.keep, "must be at least 2");
  violations.require(std::isfinite(s.max_time_seconds) && s.max_time_seconds >= 0, "max-time", s.max_time_seconds,
                     "must be finite and at least 0 seconds");
  const bool known_progress = s.progress == "auto" || s.progress == "lines" || s.progress == "none";
  violations.require_text(known_progress, "progress", s.progress, "must be auto, lines or none");
}

void check_values(const TrainSettings& s, Violations& violations) {
  check_data(s, violations);
  check_model(s, violations);
  check_learning(s, violations);
  check_running(s, violations);
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
