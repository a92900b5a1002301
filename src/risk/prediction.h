/// What a model answers for rows, from their margins.
#pragma once

#include "risk/metrics.h"

#include <span>
#include <vector>

namespace lockstep {

struct Predictions {
  std::vector<double> value;        ///< one a row: a mean, or the number of a class
  Index classes = 0;                ///< K, where there are probabilities
  std::vector<double> probability;  ///< rows × K; empty where the model has none
};

/// `outputs`: margins a row.
Predictions predict_rows(Task task, std::span<const double> margins, Index outputs);

}  // namespace lockstep
