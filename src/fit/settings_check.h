/// Settings that break a rule: every violation at once, with name and value.
#pragma once

#include "io/printable.h"
#include "lockstep/base/errors.h"
#include "lockstep/comm/communicator.h"
#include "lockstep/fit/settings.h"
#include "lockstep/objective/objective.h"

#include <string>

#include <fmt/format.h>

namespace lockstep {

class Violations {
 public:
  void add(const std::string& lines) { text_ += (text_.empty() || lines.empty() ? "" : "\n") + lines; }
  /// Notes "KEY = VALUE: RULE" unless the rule holds.
  template <typename T>
  void require(bool holds, const char* key, const T& value, const std::string& rule) {
    if (!holds) {
      add(fmt::format("{} = {}: {}", key, value, rule));
    }
  }
  void require_text(bool holds, const char* key, const std::string& value, const std::string& rule) {
    require(holds, key, '"' + printable(value) + '"', rule);
  }
  void throw_if_any() const {
    if (!text_.empty()) {
      throw ConfigurationError(text_);
    }
  }

 private:
  std::string text_;
};

/// Notes what does not fit together. Values are checked by their options.
void check_combination(const LearningSettings& settings, Violations& violations);

/// Throws ConfigurationError that lists every value out of its range, with name and value, and what does not fit
/// together.
void validate(const LearningSettings& settings);

/// The values alone, of the optimizer and its knobs.
void validate(const FitSettings& settings);

/// Every setting of a fit, one a line: "l2 = 0.1".
std::string to_lines(const LearningSettings& settings);

/// Throws Agreed<ConfigurationError> naming the first of the lines that is not the same on all ranks. Collective.
void require_same_lines(const std::string& lines, Communicator& comm);

/// The settings with what is chosen for an objective: Newton's method where it has a Hessian, else L-BFGS; a learning
/// rate. Throws ConfigurationError where the optimizer asks for what the objective has not.
FitSettings completed_for(Objective& objective, const FitSettings& settings);

/// Why this optimizer cannot learn this model; empty where it can.
std::string misfit(ModelKind model, OptimizerKind optimizer);

}  // namespace lockstep
