#include "lockstep/fit/settings.h"

#include "fit/model_description.h"

#include <algorithm>
#include <bit>

namespace lockstep {

namespace {

constexpr std::int64_t kLinearLanes = 64;
constexpr std::int64_t kRowsPerNetworkLane = 64;  // fewer spend more on sums of partials than another worker gains

OptimizerKind usual_optimizer(ModelKind model, const PenaltySettings& penalty) {
  return *std::ranges::min_element(model->optimizers, {}, [&penalty](OptimizerKind kind) {
    const OptimizerRow& row = *kind;
    return (penalty.l1 > 0 && !row.takes_l1 ? 1 : 0) + (penalty.l2 > 0 && !row.takes_l2 ? 1 : 0);
  });
}

std::int64_t usual_lanes(ModelKind model, std::int64_t batch_size) {
  const std::int64_t by_rows = std::max<std::int64_t>(1, batch_size / kRowsPerNetworkLane);
  return model->is_network ? static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(by_rows)))
                           : kLinearLanes;
}

}  // namespace

Task ModelSettings::task() const {
  return task_of(kind, loss);
}

FitSettings completed(const FitSettings& fit, const ModelSettings& model, const PenaltySettings& penalty) {
  FitSettings full = fit;
  if (fit.optimizer.is_automatic()) {
    full.optimizer = usual_optimizer(model.kind, penalty);
  }
  const OptimizerRow& row = *full.optimizer;
  if (!row.is_mini_batch()) {
    return full;
  }
  if (fit.batch_size == 0) {
    full.batch_size = row.batch_size;
  }
  if (fit.lanes == 0) {
    full.lanes = usual_lanes(model.kind, full.batch_size);
  }
  if (fit.learning_rate == 0) {
    full.learning_rate = row.learning_rate;
  }
  return full;
}

}  // namespace lockstep
