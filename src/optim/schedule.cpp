#include "optim/schedule.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <vector>

namespace lockstep {

namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ':') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

double positive_number(const std::string& part, const std::string& whole) {
  double value = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
  if (error != std::errc{} || end != part.data() + part.size() || !std::isfinite(value) || value <= 0) {
    throw ConfigurationError("schedule '" + whole + "': '" + part + "' is not a positive number");
  }
  return value;
}

}  // namespace

Schedule Schedule::parse(const std::string& text, double initial, std::int64_t epochs) {
  Schedule schedule;
  schedule.initial_ = initial;
  schedule.epochs_ = static_cast<double>(epochs);
  const std::vector<std::string> parts = split(schedule.parse_warmup(text));
  std::size_t most = 1;
  if (parts[0] == "constant") {
    schedule.kind_ = Kind::constant;
  } else if (parts[0] == "step") {
    schedule.kind_ = Kind::step;
    most = 3;
  } else if (parts[0] == "cosine") {
    schedule.kind_ = Kind::cosine;
  } else if (parts[0] == "inverse") {
    schedule.kind_ = Kind::inverse;
    schedule.factor_ = 1;
    most = 2;
  } else {
    throw ConfigurationError("schedule '" + text + "': '" + parts[0] +
                             "' is none of constant, step[:EPOCHS[:FACTOR]], cosine, inverse[:RATE]" +
                             (schedule.warmup_ > 0 ? "" : ", warmup:EPOCHS+SCHEDULE"));
  }
  if (parts.size() > most) {
    throw ConfigurationError("schedule '" + text + "' has too many parts");
  }
  if (parts.size() > 1) {
    (schedule.kind_ == Kind::step ? schedule.period_ : schedule.factor_) = positive_number(parts[1], text);
  }
  if (parts.size() > 2) {
    schedule.factor_ = positive_number(parts[2], text);
  }
  if (schedule.warmup_ > 0 && schedule.uses_horizon() && schedule.epochs_ <= 0) {
    throw ConfigurationError("schedule '" + text + "': the warm-up leaves none of the " + std::to_string(epochs) +
                             " epochs to the cosine");
  }
  return schedule;
}

/// Takes "warmup:EPOCHS+" off the front of the text; the epochs that are left belong to the rest.
std::string Schedule::parse_warmup(const std::string& text) {
  const std::string prefix = "warmup";
  if (text.substr(0, text.find_first_of(":+")) != prefix) {
    return text;
  }
  const std::size_t plus = text.find('+');
  if (plus == std::string::npos || text[prefix.size()] != ':') {
    throw ConfigurationError("schedule '" + text +
                             "': a warm-up needs its epochs and the schedule after it, as in warmup:5+cosine");
  }
  const std::size_t begin = prefix.size() + 1;
  warmup_ = positive_number(text.substr(begin, plus - begin), text);
  epochs_ -= warmup_;
  return text.substr(plus + 1);
}

double Schedule::rate(std::int64_t epoch, std::int64_t step, std::int64_t steps) const {
  const double warmup_steps = warmup_ * static_cast<double>(steps);
  const auto steps_before = static_cast<double>(epoch * steps + step);
  if (steps_before < warmup_steps) {
    return initial_ * std::min(1.0, (steps_before + 1) / warmup_steps);
  }
  const double position = (steps_before - warmup_steps) / static_cast<double>(steps);
  switch (kind_) {
    case Kind::constant:
      return initial_;
    case Kind::step:
      return initial_ * std::pow(factor_, std::floor(position / period_));
    case Kind::cosine:
      return initial_ * 0.5 * (1 + std::cos(std::numbers::pi * position / epochs_));
    case Kind::inverse:
      return initial_ / (1 + factor_ * position);
  }
  return initial_;
}

}  // namespace lockstep
