/// Which row is at fault where a result is not finite: the first one in the data, the same on any ranks and threads.
///
/// All return global rows, counted from 0, and −1 where no row is at fault. Collective.
#pragma once

#include "lockstep/comm/communicator.h"
#include "lockstep/model/model.h"

#include <span>

namespace lockstep {

/// Of the rows with weight (`weights` empty: of all rows) the first whose margins are not all finite.
std::int64_t first_row_without_margin(const Dataset& data, const Margins& margins, std::span<const double> weights,
                                      Communicator& comm);

/// The first row whose loss at w is not finite; where there is none, the first whose features are so large that their
/// sum of squares is not.
std::int64_t first_row_that_overflows(const Dataset& data, const Model& model, const KernelParameters& w,
                                      Communicator& comm);

}  // namespace lockstep
