/// The state of an optimizer names each of its fields, once: what a checkpoint leaves out, a resumed run has lost.
#include "lockstep/optim/state.h"

#include <set>
#include <string>

#include "support/field_count.h"
#include "support/states.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

template <typename T>
class State : public ::testing::Test {};

using States =
    ::testing::Types<OptimizerState, DivergenceState, StochasticState, LbfgsState, NewtonCgState, EarlyStoppingState>;
TYPED_TEST_SUITE(State, States);

TYPED_TEST(State, NamesAllItsFields) {
  EXPECT_EQ(testing::named_field_count<TypeParam>(), testing::field_count<TypeParam>());
}

TEST(OptimizerState, NamesEachFieldOfAllItsPartsOnce) {
  OptimizerState state;
  std::set<std::string> names;
  std::set<const void*> fields;
  std::size_t count = 0;
  visit(state, [&](const char* name, const auto& field) {
    names.insert(name);
    fields.insert(&field);
    ++count;
  });
  EXPECT_EQ(names.size(), count);
  EXPECT_EQ(fields.size(), count);
}

TEST(OptimizerState, IsFilledByTestsWithoutADefaultLeft) {
  const OptimizerState filled = testing::filled<OptimizerState>();
  visit(filled, OptimizerState(), [](const char* name, const auto& field, const auto& initial) {
    EXPECT_FALSE(testing::is_same(field, initial)) << name;
  });
}

}  // namespace
}  // namespace lockstep
