#include "fit/settings.h"

#include "io/printable.h"
#include "lockstep/base/errors.h"
#include "optim/schedule.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr std::array<std::pair<OptimizerKind, const char*>, 9> kOptimizers = {
    {{OptimizerKind::automatic, "auto"},
     {OptimizerKind::perceptron, "perceptron"},
     {OptimizerKind::gd, "gd"},
     {OptimizerKind::sgd, "sgd"},
     {OptimizerKind::adam, "adam"},
     {OptimizerKind::adamw, "adamw"},
     {OptimizerKind::lbfgs, "lbfgs"},
     {OptimizerKind::newton, "newton"},
     {OptimizerKind::newton_cg, "newton-cg"}}};

constexpr std::int64_t kLinearLanes = 64;
constexpr std::int64_t kRowsPerNetworkLane = 64;  // fewer spend more on sums of partials than another worker gains

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

std::string to_string(OptimizerKind kind) {
  for (const auto& [known, name] : kOptimizers) {
    if (known == kind) {
      return name;
    }
  }
  return "auto";
}

OptimizerKind optimizer_kind(const std::string& name) {
  std::string all;
  for (const auto& [kind, known] : kOptimizers) {
    if (name == known) {
      return kind;
    }
    all += (all.empty() ? "" : ", ") + std::string(known);
  }
  throw ConfigurationError(fmt::format("optimizer = \"{}\": must be one of {}", printable(name), all));
}

bool is_mini_batch(OptimizerKind kind) {
  return kind == OptimizerKind::perceptron || kind == OptimizerKind::sgd || kind == OptimizerKind::adam ||
         kind == OptimizerKind::adamw;
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

TrainSettings TrainSettings::completed() const {
  TrainSettings full = *this;
  full.data.label_kind = label_kind(model, loss);
  if (optimizer == OptimizerKind::automatic) {
    full.optimizer = model == ModelKind::perceptron ? (l2 > 0 ? OptimizerKind::sgd : OptimizerKind::perceptron)
                     : model == ModelKind::mlp      ? OptimizerKind::adam
                     : l1 > 0                       ? OptimizerKind::lbfgs
                                                    : OptimizerKind::newton;
  }
  if (!is_mini_batch(full.optimizer)) {
    return full;
  }
  if (batch_size == 0) {
    full.batch_size = full.optimizer == OptimizerKind::perceptron ? 1 : 256;
  }
  if (lanes == 0) {
    const std::int64_t by_rows = std::max<std::int64_t>(1, full.batch_size / kRowsPerNetworkLane);
    full.lanes = model == ModelKind::mlp
                     ? static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(by_rows)))
                     : kLinearLanes;
  }
  if (learning_rate == 0) {
    switch (full.optimizer) {
      case OptimizerKind::perceptron:
        full.learning_rate = 1;
        break;
      case OptimizerKind::sgd:
        full.learning_rate = 0.01;
        break;
      case OptimizerKind::adam:
      case OptimizerKind::adamw:
        full.learning_rate = 0.001;
        break;
      default:
        break;
    }
  }
  return full;
}

double TrainSettings::validation_fraction() const {
  const std::optional<double> fraction = finite_number(validation);
  return fraction && *fraction > 0 && *fraction < 1 ? *fraction : 0;
}

std::string TrainSettings::run_folder() const {
  if (!run.empty()) {
    return run;
  }
  std::string name = std::filesystem::path(data.path).stem().string();
  std::ranges::replace_if(
      name, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '_');
  return fmt::format("runs/{}-{}-{}", name.empty() ? "data" : name, to_string(model), to_string(completed().optimizer));
}

}  // namespace lockstep
