/// What check found, as a table or as JSON.
#pragma once

#include "objective/derivative_check.h"
#include "optim/certificate.h"
#include "run/problem.h"

#include <optional>
#include <string>
#include <vector>

namespace lockstep {

struct CheckedPoint {
  std::string place;  ///< "a random point"
  std::vector<DerivativeCheck> checks;
};

struct CheckReport {
  const TrainingProblem& problem;
  const TrainSettings& settings;
  int ranks = 1;
  int threads = 1;
  std::vector<CheckedPoint> points = {};
  std::optional<Certificate> certificate = {};  ///< of a model file
  bool is_training_data = true;                 ///< the model file's fingerprint is that of the data

  /// Every check passed, and a model file is a minimum.
  bool passed() const;
};

/// Lines without the last end of line.
std::string to_text(const CheckReport& report);
std::string to_json(const CheckReport& report);

}  // namespace lockstep
