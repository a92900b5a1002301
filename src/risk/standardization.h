/// Columns in units of their standard deviations: what a penalty, and steps of one length for all, are fair in.
///
/// Where zeros are stored, the columns become (x_j − mean_j) / σ_j. Where they are not, they stay as they are: a
/// penalty on w_j σ_j is the same, since an intercept, which is not penalised, takes the means in. Methods that choose
/// their own steps need no more; steps of a given length (mini-batches, a fixed learning rate) and networks are taken
/// in those coefficients by the linear map of Structure. Without an intercept columns are not centred.
#pragma once

#include "data/dataset.h"
#include "lockstep/comm/execution.h"
#include "lockstep/objective/structure.h"
#include "model/model.h"

#include <vector>

namespace lockstep {

struct ColumnMoments {
  std::vector<double> mean;
  std::vector<double> deviation;  ///< of all rows, not of a sample; 1 for a constant column
};

/// d means and deviations over all rows by their weights, in the tree of the leaves: two passes, deviations from the
/// mean of the first. Collective.
ColumnMoments column_moments(const LeafSource& rows, const Execution& execution);

/// Standardises the columns of `rows` as far as their layout lets. `has_intercept`: the model takes the means in.
/// `maps_steps`: steps are taken in the coefficients of standardised columns, whatever the layout. Collective.
void standardize_columns(Dataset& rows, bool has_intercept, bool maps_steps, const Execution& execution);

/// Fills in scales, centres and intercepts, from what the columns were scaled and shifted by, or steps are mapped by.
void take_columns(const RowFacts& facts, const Model& model, Structure& structure);

}  // namespace lockstep
