/// Quality of a model on data, exact under any sharding: sums through the summation tree, no mean of means.
#pragma once

#include "lockstep/comm/communicator.h"
#include "lockstep/model/model.h"

#include <string>
#include <utility>
#include <vector>

namespace lockstep {

/// Metrics by name, in a fixed order.
///   classifiers: accuracy, log_loss, auc (rows weighted by s);  regression: mse, mae, r2
using Metrics = std::vector<std::pair<std::string, double>>;

/// Margins of the local rows at parameters w.
Margins compute_margins(const Dataset& data, const Model& model, const Vector& w, int threads);

/// The metrics that fit: those of a classifier where the data has classes. Collective.
Metrics evaluate_metrics(const Dataset& data, const Margins& margins, int threads, Communicator& comm);

/// Area under the ROC curve of scores for labels 0 and 1, ties counted half: P(score of a 1 > score of a 0). NaN where
/// one class is absent. Holds all scores on rank 0. Collective.
double area_under_curve(const std::vector<double>& scores, const std::vector<double>& labels,
                        const std::vector<double>& weights, Communicator& comm);

}  // namespace lockstep
