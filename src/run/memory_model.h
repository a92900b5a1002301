/// Bytes that a rank holds, term by term.
#pragma once

#include "run/plan.h"

namespace lockstep {

/// Sizes that everything follows from, as numbers that do not overflow.
struct PlanSizes {
  PlanSizes(const TrainSettings& settings, const ModelDescription& model, const DataShape& data, int ranks,
            int threads);

  double n, d, k, p;  ///< training rows, features, outputs, parameters
  double held_out;    ///< rows
  double weights;     ///< parameters that multiply features or activations
  double ranks, threads;
  double units_a_thread;  ///< leaves or lanes
  double rows_a_piece;    ///< that a thread works on at a time
  double scalar_bytes;    ///< of a gradient's payload
  bool is_network, is_stochastic;
  bool is_by_column;  ///< sums of linear models are taken by columns
  Access access;
};

/// The most that a rank holds until the data are laid out.
double reading_bytes(const PlanSizes& s, const DataShape& data);

/// Rows, margins and scores while training and evaluating.
double data_bytes(const PlanSizes& s, const TrainSettings& settings, const DataShape& data,
                  const ModelDescription& model);

/// Blocks of streamed rows on their way, part of data_bytes().
double stream_bytes(const PlanSizes& s, const TrainSettings& settings, const DataShape& data);

/// What rank 0 alone holds while a checkpoint is written, part of optimizer_bytes().
double checkpoint_bytes(const PlanSizes& s, const TrainSettings& settings);

/// The optimizer, its oracle and a checkpoint.
double optimizer_bytes(const PlanSizes& s, const TrainSettings& settings, const DataShape& data,
                       const ModelDescription& model);

/// Address space that the threads take beyond the memory they use.
double address_bytes(const PlanSizes& s, const TrainSettings& settings);

/// The process without data.
double program_bytes(const PlanSizes& s);

}  // namespace lockstep
