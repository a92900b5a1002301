#include "lockstep/fit/optimizer_registry.h"

#include "fit/known_names.h"
#include "lockstep/base/errors.h"
#include "lockstep/fit/settings.h"
#include "optim/descent_method.h"
#include "optim/stochastic_rule.h"

#include <algorithm>

namespace lockstep {

namespace {

using SecondOrder = OptimizerRow::SecondOrder;
using Rule = std::unique_ptr<StochasticRule>;
using Method = std::unique_ptr<DescentMethod>;

RuleSettings rule_settings(const FitSettings& settings, Index penalised) {
  return {settings.momentum, settings.weight_decay, penalised};
}

constexpr OptimizerRow kRows[] = {
    {.kind = OptimizerKind::automatic, .name = "auto"},
    {.kind = OptimizerKind::perceptron,
     .name = "perceptron",
     .learns_from_mistakes = true,
     .takes_l2 = false,
     .takes_learning_rate = true,
     .learning_rate = 1,
     .batch_size = 1,
     .rule = [](const FitSettings& s, Index penalised) -> Rule {
       return make_perceptron_rule(rule_settings(s, penalised));
     }},
    {.kind = OptimizerKind::gd,
     .name = "gd",
     .takes_learning_rate = true,
     .method = [](const FitSettings& s) -> Method { return make_gradient_descent(s.learning_rate); }},
    {.kind = OptimizerKind::sgd,
     .name = "sgd",
     .takes_learning_rate = true,
     .takes_momentum = true,
     .learning_rate = 0.01,
     .batch_size = 256,
     .rule = [](const FitSettings& s, Index penalised) -> Rule {
       return (s.nesterov ? make_nesterov_rule : make_sgd_rule)(rule_settings(s, penalised));
     }},
    {.kind = OptimizerKind::adam,
     .name = "adam",
     .takes_learning_rate = true,
     .learning_rate = 0.001,
     .batch_size = 256,
     .rule = [](const FitSettings& s, Index penalised) -> Rule { return make_adam_rule(rule_settings(s, penalised)); }},
    {.kind = OptimizerKind::adamw,
     .name = "adamw",
     .takes_learning_rate = true,
     .takes_weight_decay = true,
     .learning_rate = 0.001,
     .batch_size = 256,
     .rule = [](const FitSettings& s, Index penalised) -> Rule {
       return make_adamw_rule(rule_settings(s, penalised));
     }},
    {.kind = OptimizerKind::lbfgs,
     .name = "lbfgs",
     .takes_l1 = true,
     .method = [](const FitSettings&) -> Method { return make_lbfgs(); }},
    {.kind = OptimizerKind::newton,
     .name = "newton",
     .second_order = SecondOrder::hessian,
     .method = [](const FitSettings&) -> Method { return make_newton_cholesky(); }},
    {.kind = OptimizerKind::newton_cg,
     .name = "newton-cg",
     .second_order = SecondOrder::products,
     .method = [](const FitSettings& s) -> Method { return make_newton_cg({.curvature = s.curvature}); }},
};

}  // namespace

std::span<const OptimizerRow> optimizers() {
  return std::span<const OptimizerRow>(kRows).subspan(1);
}

std::vector<std::string> optimizer_names(const std::function<bool(const OptimizerRow&)>& has) {
  std::vector<std::string> names;
  for (const OptimizerRow& row : optimizers()) {
    if (has(row)) {
      names.emplace_back(row.name);
    }
  }
  return names;
}

const OptimizerRow& optimizer_row(OptimizerKind kind) {
  const auto* row = std::ranges::find(kRows, kind, &OptimizerRow::kind);
  if (row == std::end(kRows)) {
    throw InternalError("an optimizer without a row");
  }
  return *row;
}

std::string to_string(OptimizerKind kind) {
  return optimizer_row(kind).name;
}

OptimizerKind optimizer_kind(const std::string& name) {
  std::vector<std::string> known;
  for (const OptimizerRow& row : kRows) {
    if (row.name == name) {
      return row.kind;
    }
    known.emplace_back(row.name);
  }
  throw_unknown_name("optimizer", name, known);
}

bool is_mini_batch(OptimizerKind kind) {
  return optimizer_row(kind).is_mini_batch();
}

bool takes_hessians(OptimizerKind kind) {
  return optimizer_row(kind).second_order == SecondOrder::hessian;
}

}  // namespace lockstep
