#include "lockstep/optim/schedule.h"

#include "lockstep/base/errors.h"

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
  const std::vector<std::string> parts = split(text);
  Schedule schedule;
  schedule.initial_ = initial;
  schedule.epochs_ = static_cast<double>(epochs);
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
    throw ConfigurationError("schedule '" + text +
                             "' is none of constant, step[:EPOCHS[:FACTOR]], cosine, inverse[:RATE]");
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
  return schedule;
}

double Schedule::rate(std::int64_t epoch, std::int64_t step, std::int64_t steps) const {
  const double position = static_cast<double>(epoch) + static_cast<double>(step) / static_cast<double>(steps);
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
