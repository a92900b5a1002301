/// Settings that break a rule: every violation at once, with name and value.
#pragma once

#include "io/printable.h"
#include "lockstep/base/errors.h"
#include "lockstep/fit/settings.h"

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

/// Why this optimizer cannot learn this model; empty where it can.
std::string misfit(ModelKind model, OptimizerKind optimizer);

}  // namespace lockstep
