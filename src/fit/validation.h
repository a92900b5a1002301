/// The rows held out: their loss after every epoch, their metrics at the end.
#pragma once

#include "fit/model_description.h"
#include "optim/early_stopping.h"
#include "risk/empirical_risk.h"
#include "risk/metrics.h"

#include <limits>

namespace lockstep {

class HeldOutRows final : public Validator {
 public:
  /// `data` outlives this. Class weights do not count here.
  HeldOutRows(const Dataset& data, const ModelDescription& description, int threads, Communicator& comm);

  double loss(const Vector& w) override;
  Metrics metrics(const Vector& w);  ///< Collective.

  /// Of the last call of loss(); accuracy is NaN unless a classifier.
  double last_loss() const { return last_loss_; }
  double last_accuracy() const { return last_accuracy_; }

 private:
  const Dataset& data_;
  ModelDescription description_;
  std::unique_ptr<Model> model_;
  int threads_;
  Communicator& comm_;
  EmpiricalRisk risk_;
  double last_loss_ = std::numeric_limits<double>::quiet_NaN();
  double last_accuracy_ = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace lockstep
