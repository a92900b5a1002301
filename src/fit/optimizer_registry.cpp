#include "lockstep/fit/optimizer_registry.h"

#include "fit/known_names.h"
#include "lockstep/base/errors.h"
#include "lockstep/fit/settings.h"
#include "optim/descent_method.h"
#include "optim/newton_cg.h"
#include "optim/stochastic_rule.h"

#include <algorithm>
#include <iterator>

namespace lockstep {

namespace {

using SecondOrder = OptimizerRow::SecondOrder;
using Rule = std::unique_ptr<StochasticRule>;
using Method = std::unique_ptr<DescentMethod>;

RuleSettings rule_settings(const FitSettings& settings, Index penalised) {
  return {settings.momentum, settings.weight_decay, penalised};
}

constexpr OptimizerRow kRows[] = {
    {.name = "auto"},
    {.name = "perceptron",
     .learns_from_mistakes = true,
     .takes_l2 = false,
     .takes_learning_rate = true,
     .learning_rate = 1,
     .batch_size = 1,
     .rule = [](const FitSettings& s, Index penalised) -> Rule {
       return make_perceptron_rule(rule_settings(s, penalised));
     }},
    {.name = "gd",
     .takes_learning_rate = true,
     .method = [](const FitSettings& s, const Structure&) -> Method { return make_gradient_descent(s.learning_rate); }},
    {.name = "sgd",
     .takes_learning_rate = true,
     .takes_momentum = true,
     .learning_rate = 0.01,
     .batch_size = 256,
     .rule = [](const FitSettings& s, Index penalised) -> Rule {
       return (s.nesterov ? make_nesterov_rule : make_sgd_rule)(rule_settings(s, penalised));
     }},
    {.name = "adam",
     .takes_learning_rate = true,
     .learning_rate = 0.001,
     .batch_size = 256,
     .rule = [](const FitSettings& s, Index penalised) -> Rule { return make_adam_rule(rule_settings(s, penalised)); }},
    {.name = "adamw",
     .takes_learning_rate = true,
     .takes_weight_decay = true,
     .learning_rate = 0.001,
     .batch_size = 256,
     .rule = [](const FitSettings& s, Index penalised) -> Rule {
       return make_adamw_rule(rule_settings(s, penalised));
     }},
    {.name = "lbfgs",
     .takes_l1 = true,
     .method = [](const FitSettings&, const Structure&) -> Method { return make_lbfgs(); }},
    {.name = "newton",
     .second_order = SecondOrder::hessian,
     .method = [](const FitSettings&, const Structure&) -> Method { return make_newton_cholesky(); }},
    {.name = "newton-cg",
     .second_order = SecondOrder::products,
     .method = [](const FitSettings&, const Structure& f) -> Method {
       return make_newton_cg({.curvature = f.curvature});
     }},
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

OptimizerKind::OptimizerKind() : row_(std::begin(kRows)) {}

OptimizerKind::OptimizerKind(std::string_view name) : row_(std::ranges::find(kRows, name, &OptimizerRow::name)) {
  if (row_ == std::end(kRows)) {
    std::vector<std::string> known;
    std::ranges::transform(kRows, std::back_inserter(known), &OptimizerRow::name);
    throw_unknown_name("optimizer", std::string(name), known);
  }
}

std::string to_string(OptimizerKind kind) {
  return kind->name;
}

}  // namespace lockstep
