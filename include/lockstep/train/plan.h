/// What a run takes, told before any work: memory, arithmetic and communication.
#pragma once

#include "lockstep/data/dataset.h"
#include "lockstep/train/model_description.h"
#include "lockstep/train/settings.h"

#include <string>

namespace lockstep {

struct Plan {
  double data_bytes = 0;       ///< a rank: features, labels, weights, margins
  double optimizer_bytes = 0;  ///< a rank: parameters, gradients, state, partial sums, the solve
  double flops = 0;            ///< an iteration (full-batch) or step (mini-batch), all ranks together
  double bytes_reduced = 0;    ///< an iteration or step: the length of the reduced buffer
  double products = 0;         ///< newton-cg: curvature products assumed in `flops` and `bytes_reduced`
  double total_bytes() const { return data_bytes + optimizer_bytes; }
};

/// The plan of a rank among `ranks`: `settings` are completed, `data` gives the shape of the rows on all ranks.
Plan make_plan(const TrainSettings& settings, const ModelDescription& model, const Dataset& data, int ranks,
               int threads);

/// Lines for a person; with `launch` also the line that starts the run on that many ranks.
std::string to_text(const Plan& plan, const TrainSettings& settings, int ranks, int threads, bool launch);

/// Bytes of memory of this machine, or of its control group or resource limit where that is less.
double available_memory_bytes();

/// Throws ConfigurationError with the figures, and what to use instead, when `ranks_here` ranks with this plan need
/// more than `memory_bytes`.
void require_fit(const Plan& plan, const TrainSettings& settings, const ModelDescription& model, int ranks_here,
                 double memory_bytes);

}  // namespace lockstep
