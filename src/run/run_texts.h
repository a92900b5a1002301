/// What a run says of itself at its start and at its end, line by line.
#pragma once

#include "run/problem.h"
#include "run/run_summary.h"
#include "run/settings.h"

#include <string>
#include <vector>

namespace lockstep {

/// Data, classes, held-out rows, model and optimizer.
std::vector<std::string> banner(const TrainSettings& settings, const TrainingProblem& problem, int ranks, int threads);

/// That a mini-batch run has fewer lanes than workers; empty where it has enough.
std::string idle_workers(const RowPartition& partition, int ranks, int threads);

/// Clauses for a run that ended where numbers are too large: what would help, and the training row at fault ("" for −1)
/// as the data count it.
std::string remedy_of_long_steps(const TrainSettings& settings);
std::string row_at_fault(const TrainSettings& settings, const RowSplit& split, std::int64_t row);

/// What helps a full-batch run that ended short of convergence; empty for others.
std::string remedy_of_unconverged(const TrainSettings& settings, const Summary& summary);

/// Which metrics are infinite, a line for the training rows and for those held out.
std::vector<std::string> overflow_warnings(const RunSummary& summary);

/// Of a run that was taken up where it had ended: where that is, and that it is more than was asked for.
std::string finished_already(const TrainSettings& settings, const OptimizerState& state);

/// How it ended, objective and metrics, seconds and the hash of the parameters.
std::vector<std::string> result(const RunSummary& summary);

}  // namespace lockstep
