#include "fit/settings.h"

#include "io/printable.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>
#include <bit>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr std::array<std::pair<OptimizerKind, const char*>, 9> kOptimizers = {
    {{OptimizerKind::automatic, "auto"},
     {OptimizerKind::perceptron, "perceptron"},
     {OptimizerKind::gd, "gd"},
     {OptimizerKind::sgd, "sgd"},
     {OptimizerKind::adam, "adam"},
     {OptimizerKind::adamw, "adamw"},
     {OptimizerKind::lbfgs, "lbfgs"},
     {OptimizerKind::newton, "newton"},
     {OptimizerKind::newton_cg, "newton-cg"}}};

constexpr std::int64_t kLinearLanes = 64;
constexpr std::int64_t kRowsPerNetworkLane = 64;  // fewer spend more on sums of partials than another worker gains

OptimizerKind usual_optimizer(ModelKind model, const PenaltySettings& penalty) {
  return model == ModelKind::perceptron ? (penalty.l2 > 0 ? OptimizerKind::sgd : OptimizerKind::perceptron)
         : model == ModelKind::mlp      ? OptimizerKind::adam
         : penalty.l1 > 0               ? OptimizerKind::lbfgs
                                        : OptimizerKind::newton;
}

std::int64_t usual_lanes(ModelKind model, std::int64_t batch_size) {
  const std::int64_t by_rows = std::max<std::int64_t>(1, batch_size / kRowsPerNetworkLane);
  return model == ModelKind::mlp ? static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(by_rows)))
                                 : kLinearLanes;
}

double usual_learning_rate(OptimizerKind optimizer) {
  switch (optimizer) {
    case OptimizerKind::perceptron:
      return 1;
    case OptimizerKind::sgd:
      return 0.01;
    case OptimizerKind::adam:
    case OptimizerKind::adamw:
      return 0.001;
    default:
      return 0;
  }
}

}  // namespace

std::string to_string(OptimizerKind kind) {
  for (const auto& [known, name] : kOptimizers) {
    if (known == kind) {
      return name;
    }
  }
  return "auto";
}

OptimizerKind optimizer_kind(const std::string& name) {
  std::string all;
  for (const auto& [kind, known] : kOptimizers) {
    if (name == known) {
      return kind;
    }
    all += (all.empty() ? "" : ", ") + std::string(known);
  }
  throw ConfigurationError(fmt::format("optimizer = \"{}\": must be one of {}", printable(name), all));
}

bool is_mini_batch(OptimizerKind kind) {
  return kind == OptimizerKind::perceptron || kind == OptimizerKind::sgd || kind == OptimizerKind::adam ||
         kind == OptimizerKind::adamw;
}

FitSettings completed(const FitSettings& fit, const ModelSettings& model, const PenaltySettings& penalty) {
  FitSettings full = fit;
  full.curvature = model.kind == ModelKind::mlp ? Curvature::gauss_newton : Curvature::exact;
  if (fit.optimizer == OptimizerKind::automatic) {
    full.optimizer = usual_optimizer(model.kind, penalty);
  }
  if (!is_mini_batch(full.optimizer)) {
    return full;
  }
  if (fit.batch_size == 0) {
    full.batch_size = full.optimizer == OptimizerKind::perceptron ? 1 : 256;
  }
  if (fit.lanes == 0) {
    full.lanes = usual_lanes(model.kind, full.batch_size);
  }
  if (fit.learning_rate == 0) {
    full.learning_rate = usual_learning_rate(full.optimizer);
  }
  return full;
}

std::string misfit(ModelKind model, OptimizerKind optimizer) {
  if (optimizer == OptimizerKind::automatic) {
    return {};
  }
  if (model == ModelKind::perceptron) {
    return is_mini_batch(optimizer) ? "" : "the perceptron learns by perceptron, sgd, adam or adamw";
  }
  if (model == ModelKind::mlp) {
    return optimizer != OptimizerKind::newton && optimizer != OptimizerKind::perceptron
               ? ""
               : "an mlp learns by sgd, adam, adamw, gd, lbfgs or newton-cg (its Hessian is too large)";
  }
  return optimizer != OptimizerKind::perceptron ? "" : "the perceptron rule is for --model perceptron";
}

}  // namespace lockstep
