#include "lockstep/train/settings.h"

#include "lockstep/base/errors.h"
#include "lockstep/io/printable.h"
#include "lockstep/optim/schedule.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// The whole text as a finite number.
std::optional<double> finite_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = error == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
  return is_number ? std::optional(value) : std::nullopt;
}

bool is_whole(double value) {
  return value == std::floor(value) && value < 9.0e15;
}

/// Empty where the text is no schedule.
std::optional<Schedule> schedule_of(const TrainSettings& settings) {
  try {
    return Schedule::parse(settings.schedule, settings.learning_rate, settings.epochs);
  } catch (const ConfigurationError&) {
    return std::nullopt;
  }
}

bool is_power_of_two(std::int64_t n) {
  return n > 0 && (n & (n - 1)) == 0;
}

const char* to_text(DataFormat format) {
  switch (format) {
    case DataFormat::automatic:
      return "auto";
    case DataFormat::csv:
      return "csv";
    case DataFormat::libsvm:
      return "libsvm";
    case DataFormat::hdf5:
      return "hdf5";
    case DataFormat::idx:
      return "idx";
  }
  return "auto";
}

std::string resume_text(const TrainSettings& settings) {
  switch (settings.resume) {
    case ResumePolicy::automatic:
      return "auto";
    case ResumePolicy::never:
      return "never";
    case ResumePolicy::file:
      return settings.resume_file;
  }
  return "auto";
}

// --- TOML literals --------------------------------------------------------------------------------------------------

/// A basic string: quotes, backslashes and control characters escaped.
std::string quoted(const std::string& text) {
  std::string literal = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      literal += '\\';
      literal += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      literal += fmt::format("\\u{:04X}", byte);
    } else {
      literal += c;
    }
  }
  return literal + '"';
}

std::string quoted(const std::vector<std::string>& texts) {
  std::string literal = "[";
  for (const std::string& text : texts) {
    literal += (literal.size() > 1 ? ", " : "") + quoted(text);
  }
  return literal + ']';
}

/// TOML integers have 63 bits; a larger seed is written as a string.
std::string seed_literal(std::uint64_t seed) {
  const bool fits = seed <= static_cast<std::uint64_t>(INT64_MAX);
  return fits ? fmt::format("{}", seed) : fmt::format("\"{}\"", seed);
}

// --- violations -----------------------------------------------------------------------------------------------------

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
  check_columns(data, violations);
  violations.require_text(!data.x_name.empty(), "x-name", data.x_name, "must name the features of an HDF5 file");
  violations.no_nul("x-name", data.x_name);
  violations.require_text(!data.y_name.empty(), "y-name", data.y_name, "must name the labels of an HDF5 file");
  violations.no_nul("y-name", data.y_name);
}

void check_learning(const TrainSettings& s, Violations& violations) {
  violations.require(std::isfinite(s.l2) && s.l2 >= 0, "l2", s.l2, "must be finite and at least 0");
  violations.require(s.max_iterations >= 0, "max-iterations", s.max_iterations, "must be at least 0");
  violations.require(std::isfinite(s.tolerance) && s.tolerance > 0, "tolerance", s.tolerance,
                     "must be finite and above 0");
  violations.require(s.epochs >= 0, "epochs", s.epochs, "must be at least 0");
  violations.require(s.batch_size >= 1, "batch-size", s.batch_size, "must be at least 1");
  violations.require(s.lanes == 0 || is_power_of_two(s.lanes), "lanes", s.lanes, "must be a power of two, or 0");
  violations.require(std::isfinite(s.learning_rate) && s.learning_rate > 0, "learning-rate", s.learning_rate,
                     "must be finite and above 0");
  violations.require_text(schedule_of(s).has_value(), "schedule", s.schedule,
                          "must be constant, step[:EPOCHS[:FACTOR]], cosine or inverse[:RATE] with positive numbers");
  violations.require(s.momentum >= 0 && s.momentum < 1, "momentum", s.momentum, "must be at least 0 and below 1");
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
  try {
    parse_checkpoint_interval(s.checkpoint_every);
  } catch (const UsageError& error) {
    violations.require_text(false, "checkpoint-every", s.checkpoint_every, error.what());
  }
  violations.require(s.keep >= 2, "keep", s.keep, "must be at least 2");
  violations.require(std::isfinite(s.max_time_seconds) && s.max_time_seconds >= 0, "max-time", s.max_time_seconds,
                     "must be finite and at least 0 seconds");
  const bool known_progress = s.progress == "auto" || s.progress == "lines" || s.progress == "none";
  violations.require_text(known_progress, "progress", s.progress, "must be auto, lines or none");
}

/// The number before a one-letter unit; the unit is removed from `text`.
std::optional<double> amount_before_unit(std::string_view text) {
  return finite_number(text.substr(0, text.empty() ? 0 : text.size() - 1));
}

/// Seconds in "s", "m" or "h"; 0 for another letter.
double seconds_of_unit(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    default:
      return 0;
  }
}

}  // namespace

std::string to_string(ModelKind kind) {
  return kind == ModelKind::linear ? "linear" : "logistic";
}

std::string to_string(OptimizerKind kind) {
  return kind == OptimizerKind::newton ? "newton" : "sgd";
}

ModelKind model_kind(const std::string& name) {
  for (const ModelKind kind : {ModelKind::linear, ModelKind::logistic}) {
    if (name == to_string(kind)) {
      return kind;
    }
  }
  throw ConfigurationError(fmt::format("model = \"{}\": must be linear or logistic", printable(name)));
}

OptimizerKind optimizer_kind(const std::string& name) {
  for (const OptimizerKind kind : {OptimizerKind::newton, OptimizerKind::sgd}) {
    if (name == to_string(kind)) {
      return kind;
    }
  }
  throw ConfigurationError(fmt::format("optimizer = \"{}\": must be newton or sgd", printable(name)));
}

CheckpointInterval parse_checkpoint_interval(const std::string& text) {
  const char unit = text.empty() ? ' ' : text.back();
  const std::optional<double> amount = amount_before_unit(text);
  if (amount && *amount > 0) {
    if (seconds_of_unit(unit) > 0 && std::isfinite(*amount * seconds_of_unit(unit))) {
      return {CheckpointInterval::Unit::seconds, *amount * seconds_of_unit(unit)};
    }
    if (unit == 'i' && is_whole(*amount)) {
      return {CheckpointInterval::Unit::iterations, *amount};
    }
    if (unit == 'e' && is_whole(*amount)) {
      return {CheckpointInterval::Unit::epochs, *amount};
    }
  }
  throw UsageError(
      "must be a positive time (500s, 10m, 3h) or a positive whole number of iterations (20i) or epochs "
      "(2e)");
}

double parse_duration_seconds(const std::string& text) {
  const double unit = text.empty() ? 0 : seconds_of_unit(text.back());
  const std::optional<double> amount = unit > 0 ? amount_before_unit(text) : finite_number(text);
  const double seconds = amount.value_or(-1) * (unit > 0 ? unit : 1);
  if (!(seconds >= 0) || !std::isfinite(seconds)) {
    throw UsageError("must be a time such as 90, 90s, 10m or 3h");
  }
  return seconds;
}

void TrainSettings::validate() const {
  Violations violations;
  check_data(*this, violations);
  check_learning(*this, violations);
  check_running(*this, violations);
  violations.throw_if_any();
}

std::string TrainSettings::run_folder() const {
  if (!run.empty()) {
    return run;
  }
  std::string name = std::filesystem::path(data.path).stem().string();
  std::ranges::replace_if(
      name, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '_');
  return fmt::format("runs/{}-{}-{}", name.empty() ? "data" : name, to_string(model), to_string(optimizer));
}

std::vector<ConfigEntry> config_entries(const TrainSettings& s) {
  const bool is_sgd = s.optimizer == OptimizerKind::sgd;
  const std::optional<Schedule> schedule = schedule_of(s);
  const bool uses_horizon = is_sgd && schedule && schedule->uses_horizon();
  return {
      {"data", quoted(s.data.path)},
      {"validation", quoted(s.validation)},
      {"format", quoted(to_text(s.data.format))},
      {"labels", quoted(s.data.labels)},
      {"label-column", quoted(s.data.label_column), true},
      {"weight-column", quoted(s.data.weight_column), true},
      {"offset-column", quoted(s.data.offset_column), true},
      {"exposure-column", quoted(s.data.exposure_column), true},
      {"drop", quoted(s.data.drop), true},
      {"x-name", quoted(s.data.x_name)},
      {"y-name", quoted(s.data.y_name)},
      {"model", quoted(to_string(s.model)), true},
      {"l2", fmt::format("{}", s.l2), true},
      {"intercept", fmt::format("{}", s.intercept), true},
      {"optimizer", quoted(to_string(s.optimizer)), true},
      {"max-iterations", fmt::format("{}", s.max_iterations)},
      {"tolerance", fmt::format("{}", s.tolerance)},
      {"epochs", fmt::format("{}", s.epochs), uses_horizon},
      {"batch-size", fmt::format("{}", s.batch_size), is_sgd},
      {"lanes", fmt::format("{}", s.lanes), is_sgd},
      {"learning-rate", fmt::format("{}", s.learning_rate), is_sgd},
      {"schedule", quoted(s.schedule), is_sgd},
      {"momentum", fmt::format("{}", s.momentum), is_sgd},
      {"seed", seed_literal(s.seed), is_sgd},
      {"threads", fmt::format("{}", s.threads)},
      {"run", quoted(s.run_folder())},
      {"resume", quoted(resume_text(s))},
      {"overwrite", fmt::format("{}", s.overwrite)},
      {"allow-change", quoted(s.allow_change)},
      {"checkpoint-every", quoted(s.checkpoint_every)},
      {"keep", fmt::format("{}", s.keep)},
      {"max-time", quoted(fmt::format("{}s", s.max_time_seconds))},
      {"progress", quoted(s.progress)},
  };
}

std::string to_toml(const std::vector<ConfigEntry>& entries) {
  std::string document;
  for (const ConfigEntry& entry : entries) {
    document += entry.key + " = " + entry.value + '\n';
  }
  return document;
}

}  // namespace lockstep
