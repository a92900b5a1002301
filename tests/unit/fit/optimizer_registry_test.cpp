/// What every row of the registry of optimizers promises: a new row is held to it without a new test.
#include "lockstep/fit/optimizer_registry.h"

#include "lockstep/fit/settings.h"
#include "optim/descent_method.h"
#include "optim/stochastic_rule.h"

#include <algorithm>
#include <iterator>

#include <gtest/gtest.h>

namespace lockstep {

void PrintTo(const OptimizerRow* row, std::ostream* out) {
  *out << row->name;
}

namespace {

class OptimizerRegistry : public ::testing::TestWithParam<const OptimizerRow*> {};

TEST_P(OptimizerRegistry, HasCompleteRows) {
  const OptimizerRow& row = *GetParam();
  EXPECT_EQ(&*OptimizerKind(row.name), &row);
  EXPECT_EQ(to_string(OptimizerKind(row)), row.name);
  EXPECT_FALSE(OptimizerKind(row).is_automatic());
  EXPECT_NE(row.rule == nullptr, row.method == nullptr);
  EXPECT_EQ(row.is_mini_batch(), row.batch_size > 0);
  EXPECT_EQ(row.is_mini_batch(), row.learning_rate > 0);
  EXPECT_TRUE(row.takes_learning_rate || row.learning_rate == 0);
}

TEST_P(OptimizerRegistry, SaysWhatItsFactoryMakes) {
  const OptimizerRow& row = *GetParam();
  FitSettings settings;
  settings.optimizer = OptimizerKind(row);
  const ModelSettings model;
  settings = completed(settings, model, {});
  if (row.is_mini_batch()) {
    EXPECT_EQ(settings.batch_size, row.batch_size);
    EXPECT_EQ(settings.learning_rate, row.learning_rate);
    const auto rule = row.rule(settings, 0);
    EXPECT_EQ(rule->ends_without_mistakes(), row.learns_from_mistakes);
    settings.momentum = 0.5;
    EXPECT_EQ(row.rule(settings, 0)->moments() != rule->moments(), row.takes_momentum);
    return;
  }
  const auto method = row.method(settings, {});
  EXPECT_EQ(method->handles_l1(), row.takes_l1);
  EXPECT_EQ(method->order() == Order::hessian, row.second_order == OptimizerRow::SecondOrder::hessian);
}

TEST_P(OptimizerRegistry, LearnsSomeModel) {
  EXPECT_TRUE(std::ranges::any_of(known_models(), [](ModelKind model) { return model->fits(*GetParam()); }));
}

std::vector<const OptimizerRow*> every_row() {
  std::vector<const OptimizerRow*> rows;
  std::ranges::transform(optimizers(), std::back_inserter(rows), [](const OptimizerRow& row) { return &row; });
  return rows;
}

INSTANTIATE_TEST_SUITE_P(EveryOptimizer, OptimizerRegistry, ::testing::ValuesIn(every_row()), [](const auto& one) {
  std::string name = one.param->name;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace lockstep
