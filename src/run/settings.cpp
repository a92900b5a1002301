#include "run/settings.h"

#include "data/data_paths.h"
#include "fit/model_description.h"
#include "io/printable.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr std::array<std::pair<Progress, const char*>, 3> kProgress = {
    {{Progress::automatic, "auto"}, {Progress::lines, "lines"}, {Progress::none, "none"}}};

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

/// The number before a one-letter unit.
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

ValidationSource ValidationSource::parse(const std::string& text) {
  if (text.empty()) {
    return {};
  }
  const std::optional<double> fraction = finite_number(text);
  const bool is_fraction = fraction && *fraction > 0 && *fraction < 1;
  return is_fraction ? ValidationSource{Kind::fraction, text, *fraction} : ValidationSource{Kind::file, text, 0};
}

CheckpointInterval CheckpointInterval::parse(const std::string& text) {
  const char unit = text.empty() ? ' ' : text.back();
  const std::optional<double> amount = amount_before_unit(text);
  if (amount && *amount > 0) {
    if (seconds_of_unit(unit) > 0 && std::isfinite(*amount * seconds_of_unit(unit))) {
      return {Unit::seconds, *amount * seconds_of_unit(unit), text};
    }
    if (unit == 'i' && is_whole(*amount)) {
      return {Unit::iterations, *amount, text};
    }
    if (unit == 'e' && is_whole(*amount)) {
      return {Unit::epochs, *amount, text};
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

MemorySize MemorySize::parse(const std::string& text) {
  if (text == "auto") {
    return {};
  }
  const std::size_t unit_begin = std::min(text.find_first_not_of("0123456789."), text.size());
  std::string unit = text.substr(unit_begin);
  if (unit.ends_with('B') || unit.ends_with('b')) {
    unit.pop_back();
  }
  const bool is_binary = unit.size() == 2 && unit[1] == 'i';
  const std::size_t power = unit.empty() ? 0 : std::string_view("kmgt").find(static_cast<char>(unit[0] | 0x20)) + 1;
  const std::optional<double> amount = finite_number(text.substr(0, unit_begin));
  const bool is_known = power <= 4 && (unit.size() <= 1 || is_binary) && (unit.empty() || power > 0);
  if (!is_known || !amount || !(*amount > 0)) {
    throw UsageError("must be auto or a positive size such as 8GiB, 8GB or 500M");
  }
  return {*amount * std::pow(is_binary ? 1024.0 : 1000.0, static_cast<double>(power)), text};
}

StepTimeout StepTimeout::parse(const std::string& text) {
  if (text == "auto") {
    return {};
  }
  if (text == "off") {
    return {Kind::off, 0, text};
  }
  try {
    if (const double seconds = parse_duration_seconds(text); seconds > 0) {
      return {Kind::seconds, seconds, text};
    }
  } catch (const UsageError&) {  // said below
  }
  throw UsageError("must be auto, off or a positive time such as 90s, 10m or 3h");
}

Resume Resume::parse(const std::string& text) {
  if (text.empty()) {
    throw UsageError("must be auto, never or a checkpoint file");
  }
  return {text == "auto" ? ResumePolicy::automatic : text == "never" ? ResumePolicy::never : ResumePolicy::file, text};
}

std::string to_string(Progress progress) {
  return std::ranges::find(kProgress, progress, &std::pair<Progress, const char*>::first)->second;
}

Progress progress_kind(const std::string& name) {
  const auto found = std::ranges::find(kProgress, name, &std::pair<Progress, const char*>::second);
  if (found == kProgress.end()) {
    throw ConfigurationError(fmt::format("progress = \"{}\": must be auto, lines or none", printable(name)));
  }
  return found->first;
}

TrainSettings TrainSettings::completed() const {
  TrainSettings full = *this;
  full.data = completed_data();
  full.model.intercept = has_intercept();
  full.fit = lockstep::completed(fit, model, penalty);
  full.run.folder = run_folder();
  return full;
}

ReadSettings TrainSettings::completed_data() const {
  ReadSettings read = data;
  read.label_kind = label_kind(model.kind, model.loss);
  read.has_intercept = has_intercept();
  read.is_penalised = penalty.l2 > 0 || penalty.l1 > 0 || model.is_network();
  return read;
}

bool TrainSettings::has_intercept() const {
  return model.intercept && (data.formula.empty() || parse_formula(data.formula.text, {}).has_intercept);
}

std::string TrainSettings::run_folder() const {
  if (!run.folder.empty()) {
    return run.folder;
  }
  std::string name = data_name(data.path);
  std::ranges::replace_if(
      name, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '_');
  const OptimizerKind optimizer = lockstep::completed(fit, model, penalty).optimizer;
  return fmt::format("runs/{}-{}-{}", name.empty() ? "data" : name, to_string(model.kind), to_string(optimizer));
}

}  // namespace lockstep
