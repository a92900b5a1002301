/// The registry of optimizers: one row says all that settings, plans and messages need to know of one.
///
/// To add an optimizer: its file in src/optim/, its name below, and its row in optimizer_registry.cpp.
#pragma once

#include "lockstep/base/types.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

struct FitSettings;
class DescentMethod;
class StochasticRule;

/// `automatic`: the one that the model prefers.
enum class OptimizerKind { automatic, perceptron, gd, sgd, adam, adamw, lbfgs, newton, newton_cg };

struct OptimizerRow {
  /// What of the second derivatives a step takes.
  enum class SecondOrder { none, products, hessian };

  OptimizerKind kind = OptimizerKind::automatic;
  const char* name = "auto";
  SecondOrder second_order = SecondOrder::none;
  bool learns_from_mistakes = false;  ///< the perceptron's rule: other losses have none, and penalties no part in it
  bool takes_l2 = true;
  bool takes_l1 = false;  ///< of models that are linear in their parameters
  bool takes_learning_rate = false;
  bool takes_momentum = false;      ///< Nesterov's, too
  bool takes_weight_decay = false;  ///< decoupled from the gradient
  double learning_rate = 0;         ///< unless one is given; 0: it chooses its steps itself
  std::int64_t batch_size = 0;      ///< unless one is given; 0: it takes all rows

  // Of the library's own making.
  /// The update rule of completed settings, of an optimizer that steps through mini-batches. `penalised`: how many of
  /// the parameters weight decay shrinks, the first ones.
  std::unique_ptr<StochasticRule> (*rule)(const FitSettings& settings, Index penalised) = nullptr;
  /// The method of completed settings, of an optimizer that takes all rows.
  std::unique_ptr<DescentMethod> (*method)(const FitSettings& settings) = nullptr;

  bool is_mini_batch() const { return rule != nullptr; }
};

/// The rows in the order in which help lists them, without that of `automatic`.
std::span<const OptimizerRow> optimizers();

/// The names of those that have a property: optimizer_names(&OptimizerRow::takes_momentum).
std::vector<std::string> optimizer_names(const std::function<bool(const OptimizerRow&)>& has);

/// That of `automatic` has no factory.
const OptimizerRow& optimizer_row(OptimizerKind kind);

std::string to_string(OptimizerKind kind);
/// Throws ConfigurationError naming the known optimizers.
OptimizerKind optimizer_kind(const std::string& name);

/// True for the optimizers that step through mini-batches, and for those whose every step takes the Hessian.
bool is_mini_batch(OptimizerKind kind);
bool takes_hessians(OptimizerKind kind);

}  // namespace lockstep
