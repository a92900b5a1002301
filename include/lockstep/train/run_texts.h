/// What a run says of itself at its start and at its end, line by line.
#pragma once

#include "lockstep/train/problem.h"
#include "lockstep/train/run_summary.h"
#include "lockstep/train/settings.h"

#include <string>
#include <vector>

namespace lockstep {

/// Data, classes, held-out rows, model and optimizer.
std::vector<std::string> banner(const TrainSettings& settings, const TrainingProblem& problem, int ranks, int threads);

/// That a mini-batch run has fewer lanes than workers; empty where it has enough.
std::string idle_workers(const RowPartition& partition, int ranks, int threads);

/// Of a run that was taken up where it had ended: where that is, and that it is more than was asked for.
std::string finished_already(const TrainSettings& settings, const OptimizerState& state);

/// How it ended, objective and metrics, seconds and the hash of the parameters.
std::vector<std::string> result(const RunSummary& summary);

}  // namespace lockstep
