#include "optim/stochastic_rule.h"

#include "lockstep/base/errors.h"

#include <algorithm>

namespace lockstep {

namespace {

struct Row {
  std::string_view name;
  MakeStochasticRule* make;
};

constexpr Row kRules[] = {
    {"perceptron", make_perceptron_rule}, {"sgd", make_sgd_rule},
    {"nesterov", make_nesterov_rule},     {"adam", make_adam_rule},
    {"adamw", make_adamw_rule},
};

}  // namespace

std::unique_ptr<StochasticRule> make_stochastic_rule(std::string_view name, const RuleSettings& settings) {
  const auto* row = std::ranges::find(kRules, name, &Row::name);
  if (row == std::end(kRules)) {
    throw InternalError("no update rule '" + std::string(name) + "'");
  }
  return row->make(settings);
}

std::vector<std::string> stochastic_rule_names() {
  std::vector<std::string> names;
  for (const Row& row : kRules) {
    names.emplace_back(row.name);
  }
  return names;
}

}  // namespace lockstep
