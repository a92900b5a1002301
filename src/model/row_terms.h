/// Targets and weights of some rows, as every model loads them into its scratch.
#pragma once

#include "model/model.h"

#include <span>

namespace lockstep {

/// scratch.target, scratch.weight = label and s (times the class weight) of the rows; the padding gets weight 0 and
/// with it adds exact zeros to every sum. Makes room for `stride` numbers a row in all row buffers.
void load_rows(const Dataset& data, const Rows& rows, std::span<const double> class_weights, Index stride,
               Workspace& scratch);

}  // namespace lockstep
