#include "optim/schedule.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <utility>
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

/// Takes "warmup:EPOCHS+" off the front of the text.
std::string take_warmup(const std::string& text, double& warmup) {
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
  warmup = positive_number(text.substr(begin, plus - begin), text);
  return text.substr(plus + 1);
}

}  // namespace

ScheduleShape ScheduleShape::parse(const std::string& text) {
  ScheduleShape shape;
  shape.text = text;
  const std::vector<std::string> parts = split(take_warmup(text, shape.warmup));
  std::size_t most = 1;
  if (parts[0] == "constant") {
    shape.kind = Kind::constant;
  } else if (parts[0] == "step") {
    shape.kind = Kind::step;
    most = 3;
  } else if (parts[0] == "cosine") {
    shape.kind = Kind::cosine;
  } else if (parts[0] == "inverse") {
    shape.kind = Kind::inverse;
    shape.factor = 1;
    most = 2;
  } else {
    throw ConfigurationError("schedule '" + text + "': '" + parts[0] +
                             "' is none of constant, step[:EPOCHS[:FACTOR]], cosine, inverse[:RATE]" +
                             (shape.warmup > 0 ? "" : ", warmup:EPOCHS+SCHEDULE"));
  }
  if (parts.size() > most) {
    throw ConfigurationError("schedule '" + text + "' has too many parts");
  }
  if (parts.size() > 1) {
    (shape.kind == Kind::step ? shape.period : shape.factor) = positive_number(parts[1], text);
  }
  if (parts.size() > 2) {
    shape.factor = positive_number(parts[2], text);
  }
  return shape;
}

Schedule::Schedule(ScheduleShape shape, double initial, std::int64_t epochs)
    : shape_(std::move(shape)), initial_(initial), epochs_(static_cast<double>(epochs) - shape_.warmup) {
  if (!shape_.fits(epochs)) {
    throw ConfigurationError("schedule '" + shape_.text + "': the warm-up leaves none of the " +
                             std::to_string(epochs) + " epochs to the cosine");
  }
}

Schedule Schedule::parse(const std::string& text, double initial, std::int64_t epochs) {
  return {ScheduleShape::parse(text), initial, epochs};
}

double Schedule::rate(std::int64_t epoch, std::int64_t step, std::int64_t steps) const {
  const double warmup_steps = shape_.warmup * static_cast<double>(steps);
  const auto steps_before = static_cast<double>(epoch * steps + step);
  if (steps_before < warmup_steps) {
    return initial_ * std::min(1.0, (steps_before + 1) / warmup_steps);
  }
  const double position = (steps_before - warmup_steps) / static_cast<double>(steps);
  switch (shape_.kind) {
    case ScheduleShape::Kind::constant:
      return initial_;
    case ScheduleShape::Kind::step:
      return initial_ * std::pow(shape_.factor, std::floor(position / shape_.period));
    case ScheduleShape::Kind::cosine:
      return initial_ * 0.5 * (1 + std::cos(std::numbers::pi * position / epochs_));
    case ScheduleShape::Kind::inverse:
      return initial_ / (1 + shape_.factor * position);
  }
  return initial_;
}

}  // namespace lockstep
