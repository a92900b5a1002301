/// What a run says before it trains.
#pragma once

#include "lockstep/base/console.h"
#include "run/memory_check.h"
#include "run/problem.h"
#include "run/settings.h"

#include <cstdint>

namespace lockstep {

/// What --plan prints.
void show_plan(MemoryCheck& memory, const TrainSettings& settings, int ranks, int threads, Console& console);

/// Guesses about the data, of which a reader cannot be sure.
void warn_of_guesses(const TrainingProblem& problem, Console& console);

struct RunStart {
  const TrainSettings& settings;
  const TrainingProblem& problem;
  int ranks = 1;
  int threads = 1;  ///< of a rank
  std::int64_t first_step = 0;
  double limit_seconds = 0;  ///< that the job may take; 0: not known, or on another rank than 0
};

/// The problem, its plan, and what will not go well.
void show_start(const RunStart& start, Console& console);

}  // namespace lockstep
