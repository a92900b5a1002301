/// Rows that a program holds in memory.
#pragma once

#include "lockstep/base/types.h"

#include <span>
#include <string>
#include <vector>

namespace lockstep {

/// This rank's share of the rows; those of all ranks are consecutive in rank order, and a share may be empty. The
/// result of a fit depends on the rows alone, not on how they are shared out. What the spans see is copied.
struct MemoryRows {
  Index rows = 0;                       ///< of this rank
  Index features = 0;                   ///< d, the same on every rank
  std::span<const double> x = {};       ///< rows × d, row-major, finite
  std::span<const double> label = {};   ///< rows; of classifiers any numbers, one a class
  std::span<const double> weight = {};  ///< rows, finite and at least 0; empty on all ranks: all 1
  std::span<const double> offset = {};  ///< rows, added to the linear predictor; empty on all ranks: all 0
  std::vector<std::string> names = {};  ///< d names of features, for messages; empty: they are numbered
};

}  // namespace lockstep
