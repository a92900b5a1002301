/// Learning-rate schedules: the rate as a pure function of the position in the run. A schedule is a class and one row
/// of the table in schedule.cpp.
#pragma once

#include "lockstep/optim/schedule_shape.h"

#include <cstdint>
#include <memory>
#include <string>

namespace lockstep {

/// A shape with the rate η₀ that it begins at and the number of epochs E in all.
class Schedule {
 public:
  /// initial > 0, epochs ≥ 0. Throws ConfigurationError where the shape does not fit the epochs.
  static std::unique_ptr<const Schedule> make(const ScheduleShape& shape, double initial, std::int64_t epochs);
  /// Of a text.
  static std::unique_ptr<const Schedule> parse(const std::string& text, double initial, std::int64_t epochs) {
    return make(ScheduleShape::parse(text), initial, epochs);
  }

  virtual ~Schedule() = default;

  /// The rate of step `step` (of `steps`) in epoch `epoch`.
  double rate(std::int64_t epoch, std::int64_t step, std::int64_t steps) const {
    return rate_after(static_cast<double>(epoch * steps + step), static_cast<double>(steps));
  }

  /// The rate after `done` ≥ 0 steps, `steps` an epoch, counted from where the schedule begins.
  virtual double rate_after(double done, double steps) const = 0;
};

}  // namespace lockstep
