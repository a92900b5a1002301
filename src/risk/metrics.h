/// Quality of a model on data, exact under any sharding: sums through the summation tree, no mean of means.
#pragma once

#include "data/dataset.h"
#include "lockstep/comm/execution.h"
#include "lockstep/model/kinds.h"
#include "model/model.h"

#include <string>
#include <utility>
#include <vector>

namespace lockstep {

/// Metrics by name, in the order of the table of tasks; rows weighted by s. NaN where one is undefined: r2 of labels
/// that are all the same, auc of a single class.
using Metrics = std::vector<std::pair<std::string, double>>;

/// Margins of the local rows (rows × K) at parameters w.
Margins compute_margins(const LeafSource& rows, const Model& model, const Vector& w, const Execution& execution);

/// The metrics that fit the task. Collective.
Metrics evaluate_metrics(const Dataset& data, const Margins& margins, Task task, const Execution& execution);

/// Area under the ROC curve of scores for labels 0 and 1, ties counted half: P(score of a 1 > score of a 0). NaN where
/// one class is absent or a score is NaN. Rows of weight 0 do not count. Holds all scores on rank 0. Collective.
double area_under_curve(const std::vector<double>& scores, const std::vector<double>& labels,
                        const std::vector<double>& weights, Communicator& comm);

}  // namespace lockstep
