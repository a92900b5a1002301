/// The registry of optimizers: one row says all that settings, plans and messages need to know of one.
///
/// To add an optimizer: its file in src/optim/ and its row in optimizer_registry.cpp.
#pragma once

#include "lockstep/base/types.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

struct FitSettings;
struct Structure;
class DescentMethod;
class StochasticRule;

struct OptimizerRow {
  /// What of the second derivatives a step takes.
  enum class SecondOrder { none, products, hessian };

  const char* name;  ///< on the command line, in config.toml and in summary.json
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
  /// The method of completed settings for an objective, of an optimizer that takes all rows.
  std::unique_ptr<DescentMethod> (*method)(const FitSettings& settings, const Structure& objective) = nullptr;

  /// Steps through mini-batches.
  bool is_mini_batch() const { return rule != nullptr; }
  /// Every step takes the Hessian.
  bool takes_hessians() const { return second_order == SecondOrder::hessian; }
};

/// An optimizer of the registry: its row. A default one is "auto", the one that the model prefers.
class OptimizerKind {
 public:
  OptimizerKind();
  explicit OptimizerKind(const OptimizerRow& row) : row_(&row) {}
  /// Throws ConfigurationError naming the known optimizers.
  explicit OptimizerKind(std::string_view name);

  bool is_automatic() const { return *this == OptimizerKind(); }
  /// That of "auto" makes nothing and has no properties.
  const OptimizerRow& operator*() const { return *row_; }
  const OptimizerRow* operator->() const { return row_; }
  friend bool operator==(OptimizerKind, OptimizerKind) = default;

 private:
  const OptimizerRow* row_;
};

std::string to_string(OptimizerKind kind);

/// The rows in the order in which help lists them, without that of "auto".
std::span<const OptimizerRow> optimizers();

/// The names of those that have a property: optimizer_names(&OptimizerRow::takes_momentum).
std::vector<std::string> optimizer_names(const std::function<bool(const OptimizerRow&)>& has);

}  // namespace lockstep
