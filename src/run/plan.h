/// What a run takes, told before any work: memory, arithmetic and communication.
///
/// Memory is that of the rank that takes the most: rank 0, which writes checkpoints. Nothing here reads data or
/// allocates what it plans.
#pragma once

#include "base/memory_limit.h"
#include "data/outlook.h"
#include "fit/problem.h"
#include "run/settings.h"

#include <string>

namespace lockstep {

/// What the head of a file tells of it: all rows are trained on.
DataShape shape_of(const DataOutlook& outlook);
/// The data as they are laid out.
DataShape shape_of(const TrainingProblem& problem);

struct Plan {
  double reading_bytes = 0;    ///< a rank, at most, until the data are laid out
  double data_bytes = 0;       ///< a rank: features, labels, weights, margins, also of held-out rows
  double stream_bytes = 0;     ///< a rank: of these, what streamed rows take on their way; 0: all are resident
  double optimizer_bytes = 0;  ///< a rank: parameters, gradients, state, partial sums, the solve, a checkpoint
  double root_bytes = 0;       ///< of these, what rank 0 alone holds
  double program_bytes = 0;    ///< a rank: code, libraries and MPI, as measured
  double address_bytes = 0;    ///< a rank: address space taken and not used, by threads and BLAS
  double flops = 0;            ///< an iteration (full-batch) or step (mini-batch), all ranks together
  double product_flops = 0;    ///< of these, of matrix products
  double solve_flops = 0;      ///< of these, of each rank alone
  double vector_flops = 0;     ///< beside them, of each rank alone: sums of p numbers in the tree, and the optimizer's
  double bytes_reduced = 0;    ///< an iteration or step: the length of the reduced buffer
  double products = 0;         ///< newton-cg: curvature products assumed in `flops` and `bytes_reduced`

  /// The most that a rank holds at a time.
  double total_bytes() const;
  /// That many ranks, rank 0 among them.
  double bytes_of_ranks(int ranks) const { return total_bytes() + (ranks - 1) * (total_bytes() - root_bytes); }
};

/// The plan of a rank among `ranks` with `threads` each; `settings` are completed.
Plan make_plan(const TrainSettings& settings, const ModelDescription& model, const DataShape& data, int ranks,
               int threads);

/// "data 21 kB, optimizer 86 kB, program 16 MB"
std::string parts_text(const Plan& plan);

/// The line for a person.
std::string to_text(const Plan& plan, const TrainSettings& settings);

/// The line that starts the run on that many ranks.
std::string launch_text(const TrainSettings& settings, int ranks, int threads);

/// The line that submits scripts/slurm/train.sbatch for it: ranks, threads, and the memory with a quarter to spare.
std::string submit_text(const Plan& plan, int ranks, int threads);

/// "1.07 GB", three digits.
std::string bytes_text(double bytes);

}  // namespace lockstep
