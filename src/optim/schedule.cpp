#include "optim/schedule.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace lockstep {

namespace {

class Constant final : public Schedule {
 public:
  explicit Constant(double initial) : initial_(initial) {}
  double rate_after(double, double) const override { return initial_; }

 private:
  double initial_;
};

class Staircase final : public Schedule {
 public:
  Staircase(double initial, double period, double factor) : initial_(initial), period_(period), factor_(factor) {}
  double rate_after(double done, double steps) const override {
    return initial_ * std::pow(factor_, std::floor(done / steps / period_));
  }

 private:
  double initial_;
  double period_;  // epochs
  double factor_;
};

class Cosine final : public Schedule {
 public:
  Cosine(double initial, double epochs) : initial_(initial), epochs_(epochs) {}
  double rate_after(double done, double steps) const override {
    const double position = done / steps;
    return initial_ * 0.5 * (1 + std::cos(std::numbers::pi * position / epochs_));
  }

 private:
  double initial_;
  double epochs_;
};

class Inverse final : public Schedule {
 public:
  Inverse(double initial, double decay) : initial_(initial), decay_(decay) {}
  double rate_after(double done, double steps) const override {
    const double position = done / steps;
    return initial_ / (1 + decay_ * position);
  }

 private:
  double initial_;
  double decay_;  // an epoch
};

class WarmUp final : public Schedule {
 public:
  WarmUp(double initial, double epochs, std::unique_ptr<const Schedule> rest)
      : initial_(initial), epochs_(epochs), rest_(std::move(rest)) {}
  double rate_after(double done, double steps) const override {
    const double warmup_steps = epochs_ * steps;
    return done < warmup_steps ? initial_ * std::min(1.0, (done + 1) / warmup_steps)
                               : rest_->rate_after(done - warmup_steps, steps);
  }

 private:
  double initial_;
  double epochs_;
  std::unique_ptr<const Schedule> rest_;
};

/// What a schedule is made of.
struct Terms {
  double initial = 0;
  double epochs = 0;  ///< of the schedule, a warm-up before it not counted
  const std::vector<double>& numbers;

  double number(std::size_t i, double otherwise) const { return i < numbers.size() ? numbers[i] : otherwise; }
};

struct Row {
  std::string_view name;
  std::string_view usage;
  std::size_t most_numbers;
  bool uses_horizon;
  std::unique_ptr<const Schedule> (*make)(const Terms& terms);
};

constexpr Row kSchedules[] = {
    {"constant", "constant", 0, false,
     [](const Terms& t) -> std::unique_ptr<const Schedule> { return std::make_unique<Constant>(t.initial); }},
    {"step", "step[:EPOCHS[:FACTOR]]", 2, false,
     [](const Terms& t) -> std::unique_ptr<const Schedule> {
       return std::make_unique<Staircase>(t.initial, t.number(0, 10), t.number(1, 0.1));
     }},
    {"cosine", "cosine", 0, true,
     [](const Terms& t) -> std::unique_ptr<const Schedule> { return std::make_unique<Cosine>(t.initial, t.epochs); }},
    {"inverse", "inverse[:RATE]", 1, false,
     [](const Terms& t) -> std::unique_ptr<const Schedule> {
       return std::make_unique<Inverse>(t.initial, t.number(0, 1));
     }},
};

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

/// Takes "warmup:EPOCHS+" off the front of `rest`, the whole text; 0 where there is no warm-up.
double take_warmup(std::string& rest) {
  const std::string prefix = "warmup";
  const std::string text = rest;
  if (text.substr(0, text.find_first_of(":+")) != prefix) {
    return 0;
  }
  const std::size_t plus = text.find('+');
  if (plus == std::string::npos || text[prefix.size()] != ':') {
    throw ConfigurationError("schedule '" + text +
                             "': a warm-up needs its epochs and the schedule after it, as in warmup:5+cosine");
  }
  const std::size_t begin = prefix.size() + 1;
  rest = text.substr(plus + 1);
  return positive_number(text.substr(begin, plus - begin), text);
}

const Row& row_of(const ScheduleShape& shape) {
  if (const auto* row = std::ranges::find(kSchedules, shape.name, &Row::name); row != std::end(kSchedules)) {
    return *row;
  }
  std::string known;
  for (const Row& one : kSchedules) {
    known += fmt::format("{}{}", known.empty() ? "" : ", ", one.usage);
  }
  throw ConfigurationError(fmt::format("schedule '{}': '{}' is none of {}{}", shape.text, shape.name, known,
                                       shape.warmup > 0 ? "" : ", warmup:EPOCHS+SCHEDULE"));
}

}  // namespace

ScheduleShape ScheduleShape::parse(const std::string& text) {
  ScheduleShape shape;
  shape.text = text;
  std::string rest = text;
  shape.warmup = take_warmup(rest);
  const std::vector<std::string> parts = split(rest);
  shape.name = parts[0];
  if (parts.size() > row_of(shape).most_numbers + 1) {
    throw ConfigurationError("schedule '" + text + "' has too many parts");
  }
  for (std::size_t i = 1; i < parts.size(); ++i) {
    shape.numbers.push_back(positive_number(parts[i], text));
  }
  return shape;
}

bool ScheduleShape::uses_horizon() const {
  return row_of(*this).uses_horizon;
}

bool ScheduleShape::fits(std::int64_t epochs) const {
  return !(warmup > 0 && uses_horizon() && static_cast<double>(epochs) <= warmup);
}

std::unique_ptr<const Schedule> Schedule::make(const ScheduleShape& shape, double initial, std::int64_t epochs) {
  if (!shape.fits(epochs)) {
    throw ConfigurationError("schedule '" + shape.text + "': the warm-up leaves none of the " + std::to_string(epochs) +
                             " epochs to the cosine");
  }
  std::unique_ptr<const Schedule> schedule =
      row_of(shape).make({initial, static_cast<double>(epochs) - shape.warmup, shape.numbers});
  return shape.warmup == 0 ? std::move(schedule) : std::make_unique<WarmUp>(initial, shape.warmup, std::move(schedule));
}

}  // namespace lockstep
