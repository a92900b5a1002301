/// Which row is at fault where a result is not finite: the first one in the data, the same on any ranks and threads.
///
/// All return global rows, counted from 0, and −1 where no row is at fault. Collective.
#pragma once

#include "lockstep/comm/communicator.h"
#include "risk/metrics.h"

#include <span>
#include <string>

namespace lockstep {

/// What a model gives for a row. Where one of them overflows, so do those after it.
enum class RowResult {
  margins,
  prediction,  ///< e^z where the link is logarithmic
  error        ///< squared error and deviance, which enter the metrics of regressions
};

/// Of the rows with weight (`weights` empty: of all rows) the first whose result is not finite.
std::int64_t first_row_without(RowResult result, const Dataset& data, const Margins& margins, Task task,
                               std::span<const double> weights, Communicator& comm);

/// That row and what overflows in it, as a clause; "" where there is none.
std::string overflow_text(RowResult result, const Dataset& data, const Margins& margins, Task task,
                          std::span<const double> weights, Communicator& comm);

/// The first row whose loss at w is not finite; where there is none, the first whose features are so large that their
/// sum of squares is not.
std::int64_t first_row_that_overflows(const LeafSource& rows, const Model& model, const KernelParameters& w,
                                      Communicator& comm);

}  // namespace lockstep
