/// The effective configuration as keys and TOML literals.
#include "fit/settings.h"
#include "io/utf8.h"
#include "lockstep/base/errors.h"
#include "optim/schedule.h"

#include <fmt/format.h>

namespace lockstep {

namespace {

const char* header_literal(HeaderPolicy header) {
  switch (header) {
    case HeaderPolicy::automatic:
      return "\"auto\"";
    case HeaderPolicy::present:
      return "true";
    case HeaderPolicy::absent:
      return "false";
  }
  return "\"auto\"";
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

std::string quoted(const std::string& text) {
  return toml_literal(text);
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

bool uses_horizon(const TrainSettings& settings) {
  try {
    return Schedule::parse(settings.schedule, 1, settings.epochs).uses_horizon();
  } catch (const ConfigurationError&) {
    return false;
  }
}

}  // namespace

std::vector<ConfigEntry> config_entries(const TrainSettings& given) {
  const TrainSettings s = given.completed();
  const bool stochastic = is_mini_batch(s.optimizer);
  const bool is_network = s.model == ModelKind::mlp;
  const bool splits = s.validation_fraction() > 0;
  return {
      {"data", quoted(s.data.path)},
      {"labels", quoted(s.data.labels)},
      {"validation", quoted(s.validation), splits},
      {"validation-labels", quoted(s.validation_labels)},
      {"format", quoted(to_string(s.data.format))},
      {"header", header_literal(s.data.header), true},
      {"label-column", quoted(s.data.label_column), true},
      {"weight-column", quoted(s.data.weight_column), true},
      {"offset-column", quoted(s.data.offset_column), true},
      {"exposure-column", quoted(s.data.exposure_column), true},
      {"drop", quoted(s.data.drop), true},
      {"x-name", quoted(s.data.x_name)},
      {"y-name", quoted(s.data.y_name)},
      {"model", quoted(to_string(s.model)), true},
      {"l2", fmt::format("{}", s.l2), true},
      {"l1", fmt::format("{}", s.l1), true},
      {"intercept", fmt::format("{}", s.intercept), true},
      {"class-weight", quoted(s.class_weight), true},
      {"delta", fmt::format("{}", s.delta), s.model == ModelKind::huber},
      {"hidden", quoted(s.hidden), is_network},
      {"activation", quoted(to_string(s.activation)), is_network},
      {"loss", quoted(to_string(s.loss)), is_network},
      {"precision", quoted(to_string(s.precision)), is_network},
      {"init", quoted(s.init)},
      {"optimizer", quoted(to_string(s.optimizer)), true},
      {"max-iterations", fmt::format("{}", s.max_iterations)},
      {"tolerance", fmt::format("{}", s.tolerance)},
      {"epochs", fmt::format("{}", s.epochs), stochastic && uses_horizon(s)},
      {"batch-size", fmt::format("{}", s.batch_size), stochastic},
      {"lanes", fmt::format("{}", s.lanes), stochastic},
      {"learning-rate", fmt::format("{}", s.learning_rate), stochastic || s.optimizer == OptimizerKind::gd},
      {"schedule", quoted(s.schedule), stochastic},
      {"momentum", fmt::format("{}", s.momentum), stochastic},
      {"nesterov", fmt::format("{}", s.nesterov), stochastic},
      {"weight-decay", fmt::format("{}", s.weight_decay), stochastic},
      {"clip-norm", fmt::format("{}", s.clip_norm), stochastic},
      {"patience", fmt::format("{}", s.patience), true},
      {"seed", seed_literal(s.seed), stochastic || is_network || splits},
      {"threads", fmt::format("{}", s.threads)},
      {"run", quoted(s.run_folder())},
      {"checkpoint-every", quoted(s.checkpoint_every)},
      {"keep", fmt::format("{}", s.keep)},
      {"max-time", quoted(fmt::format("{}s", s.max_time_seconds))},
      {"progress", quoted(s.progress)},
  };
}

std::vector<ConfigEntry> launch_entries(const TrainSettings& settings) {
  return {
      {"resume", quoted(resume_text(settings))},
      {"overwrite", fmt::format("{}", settings.overwrite)},
      {"allow-change", quoted(settings.allow_change)},
      {"plan", fmt::format("{}", settings.plan)},
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
