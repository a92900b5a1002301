/// Columns of one size: each is multiplied by the power of two nearest to 1/√(mean square + l2), where the mean is that
/// of the entries that are not zero. (Over all rows it would blow up rare features, whose coefficients matter little:
/// L-BFGS takes 1.6 times as many passes on a9a then.) Rare features of one order of size keep their proportions, which
/// say how much each is worth (tf-idf weights: 87 iterations of L-BFGS on 20 newsgroups instead of 389): columns with
/// entries in less than a twentieth of the rows take the median scale of these where theirs is within 16 times of it.
///
///   u_j = w_j / scale_j,   (x_ij scale_j) u_j = x_ij w_j
///
/// Powers of two are exact, so margins, losses and the derivatives in w keep their bits; but what an optimizer measures
/// in u (lengths, curvatures, first steps) no longer depends on the units of the columns. Columns are not centred:
/// zeros stay zeros. Where the penalty l2/2 w_j² outweighs the column, it is the penalty that gets the size.
#pragma once

#include "data/dataset.h"
#include "lockstep/comm/execution.h"

namespace lockstep {

/// Scales the columns of `data` in place and records data.column_scale. A function of all rows and l2 ≥ 0, times the
/// squares of data.deviation where there are any, alone; a
/// column of zeros keeps its scale, and so does one with values beyond 1e154 among ordinary ones. One pass over the
/// features, two more for columns near the ends of the range of numbers. Collective.
void scale_columns(Dataset& data, double l2, const Execution& execution);

}  // namespace lockstep
