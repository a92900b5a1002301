#include "fit/validation.h"

namespace lockstep {

HeldOutRows::HeldOutRows(const Dataset& data, const ModelDescription& description, const Execution& execution)
    : data_(data),
      description_(description),
      model_(make_model(description)),
      execution_(execution),
      risk_(data, *model_, Penalty(0, model_->penalised()), {}, execution) {}

ValidationReport HeldOutRows::validate(const Vector& w) {
  Evaluation at;
  risk_.evaluate(w, Order::value, at);
  ValidationReport report;
  report.loss = at.value;
  if (description_.is_classifier() && at.weight > 0) {
    report.accuracy = 1 - at.mistakes / at.weight;
  }
  return report;
}

Metrics HeldOutRows::metrics(const Vector& w) {
  return evaluate_metrics(data_, compute_margins(data_, *model_, w, execution_), description_.task(), execution_);
}

}  // namespace lockstep
