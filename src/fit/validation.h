/// The rows held out: their loss after every epoch, their metrics at the end.
#pragma once

#include "fit/model_description.h"
#include "lockstep/comm/execution.h"
#include "lockstep/optim/minimizer.h"
#include "risk/empirical_risk.h"
#include "risk/metrics.h"

namespace lockstep {

class HeldOutRows final : public Validator {
 public:
  /// `data` outlives this. Class weights do not count here.
  HeldOutRows(const Dataset& data, const ModelDescription& description, const Execution& execution);

  ValidationReport validate(const Vector& w) override;
  Metrics metrics(const Vector& w);  ///< Collective.

 private:
  const Dataset& data_;
  ModelDescription description_;
  std::unique_ptr<Model> model_;
  Execution execution_;
  EmpiricalRisk risk_;
};

}  // namespace lockstep
