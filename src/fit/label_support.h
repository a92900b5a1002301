/// Is there a finite optimum as far as labels and weights tell, before anything is fitted?
#pragma once

#include "fit/one_sided_columns.h"
#include "fit/problem.h"
#include "lockstep/comm/communicator.h"

#include <string>

namespace lockstep {

/// Throws DataError where no row has weight. Where an intercept, which no penalty holds, has nothing on one side (a
/// class whose rows all have weight 0, counts that are all 0) throws NumericalStop in full-batch runs and adds a notice
/// to those of the rows in mini-batch runs. `source` is where the rows are from. Collective.
void require_label_support(const LearningSettings& settings, const std::string& source, TrainingProblem& problem,
                           Communicator& comm);

/// What to look for among the rows to find columns whose coefficients grow without bound, as one-sided columns do where
/// nothing is penalised: in mini-batch runs, which come to no end that would show it. None where there is a penalty, or
/// too many columns times classes.
std::optional<ColumnSigns> signs_to_look_for(const LearningSettings& settings, const RawData& raw);

}  // namespace lockstep
