#include "optim/stochastic_rule.h"

#include "optim/parameter_update.h"

#include <cmath>
#include <limits>

#include "stochastic_problem.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::expect_same_state;
using testing::make_stochastic_rule;
using testing::stochastic_rule_names;

constexpr Index kSize = 11;  // one vector register and a remainder

double gradient_entry(std::int64_t step, Index i) {
  return std::sin(static_cast<double>(7 * step + i + 1)) * std::pow(10.0, static_cast<double>(i % 5) - 3);
}

Vector gradient_of(std::int64_t step, Index p = kSize) {
  Vector g(p);
  for (Index i = 0; i < p; ++i) {
    g[i] = gradient_entry(step, i);
  }
  return g;
}

OptimizerState start(Index p = kSize) {
  OptimizerState state;
  state.parameters = Vector::LinSpaced(p, -1, 1);
  return state;
}

/// A rule and how its steps are taken.
struct RuleCase {
  std::string rule = "sgd";
  double momentum = 0;
  double weight_decay = 0;
  Index decayed = 0;
  double clip_norm = 0;
  int threads = 1;
};

struct RuleUpdate {
  RuleUpdate(const RuleCase& of, OptimizerState& state)
      : rule(make_stochastic_rule(of.rule, {of.momentum, of.weight_decay, of.decayed})),
        update(*rule, of.clip_norm, of.threads, state) {}
  bool take_step(const Vector& gradient, double rate) { return update.take_step(gradient, rate); }

  std::unique_ptr<StochasticRule> rule;
  ParameterUpdate update;
};

OptimizerState after_steps(const RuleCase& settings, double rate, std::int64_t steps = 7, Index p = kSize) {
  OptimizerState state = start(p);
  RuleUpdate update(settings, state);
  for (std::int64_t k = 0; k < steps; ++k) {
    EXPECT_TRUE(update.take_step(gradient_of(k, p), rate));
  }
  EXPECT_EQ(state.iteration, steps);
  return state;
}

/// One parameter after seven steps by the formula of its rule.
template <typename Step>
void expect_by_formula(const OptimizerState& state, Step step) {
  for (Index i = 0; i < kSize; ++i) {
    double w = start().parameters[i];
    for (std::int64_t k = 0; k < 7; ++k) {
      step(w, gradient_entry(k, i), i, k);
    }
    EXPECT_NEAR(state.parameters[i], w, 1e-14) << i;
  }
}

TEST(StochasticRule, OfPlainDescentKeepsNoMoments) {
  for (const char* rule : {"perceptron", "sgd", "nesterov"}) {
    const OptimizerState state = after_steps({.rule = rule}, 0.1);
    expect_by_formula(state, [](double& w, double g, Index, std::int64_t) { w -= 0.1 * g; });
    EXPECT_EQ(state.stochastic.velocity.size(), 0);
    EXPECT_EQ(state.stochastic.second_moment.size(), 0);
  }
}

TEST(StochasticRule, OfNesterovLooksAhead) {
  double v = 0;
  expect_by_formula(after_steps({.rule = "nesterov", .momentum = 0.9}, 0.1),
                    [&](double& w, double g, Index, std::int64_t k) {
                      v = k == 0 ? g : 0.9 * v + g;
                      w -= 0.1 * (g + 0.9 * v);
                    });
}

/// Nesterov's own form evaluates the gradient at y = w + μ(w − w_before); the parameters kept here are that y.
TEST(StochasticRule, OfNesterovIsNesterovsMethodAtItsLookAheadPoint) {
  constexpr double kRate = 0.05;
  const auto slope = [](double y) { return 3 * y + std::sin(y); };
  OptimizerState state;
  state.parameters = Vector::Ones(1);
  RuleUpdate update({.rule = "nesterov", .momentum = 0.8}, state);
  double before = 1;
  double y = 1;
  for (int k = 0; k < 20; ++k) {
    ASSERT_TRUE(update.take_step(Vector::Constant(1, slope(state.parameters[0])), kRate));
    const double w = y - kRate * slope(y);
    y = w + 0.8 * (w - before);
    before = w;
    EXPECT_NEAR(state.parameters[0], y, 1e-14);
  }
}

void adam_by_formula(double& w, double& m, double& s, double g, double rate, std::int64_t k) {
  const double t = static_cast<double>(k + 1);
  m = 0.9 * (k == 0 ? 0 : m) + 0.1 * g;
  s = 0.999 * (k == 0 ? 0 : s) + 0.001 * g * g;
  w -= rate * (m / (1 - std::pow(0.9, t))) / (std::sqrt(s / (1 - std::pow(0.999, t))) + 1e-8);
}

TEST(StochasticRule, OfAdamIsThatOfKingmaAndBa) {
  double m = 0;
  double s = 0;
  expect_by_formula(after_steps({.rule = "adam", .weight_decay = 0.5, .decayed = kSize}, 0.01),
                    [&](double& w, double g, Index, std::int64_t k) { adam_by_formula(w, m, s, g, 0.01, k); });
}

TEST(StochasticRule, OfAdamMovesByTheRateAtFirst) {
  const OptimizerState state = after_steps({.rule = "adam"}, 0.01, 1);
  for (Index i = 0; i < kSize; ++i) {
    EXPECT_NEAR(std::abs(state.parameters[i] - start().parameters[i]), 0.01, 1e-5);
  }
}

TEST(StochasticRule, OfAdamwShrinksThePenalisedParametersOnly) {
  double m = 0;
  double s = 0;
  expect_by_formula(after_steps({.rule = "adamw", .weight_decay = 0.5, .decayed = 6}, 0.01),
                    [&](double& w, double g, Index i, std::int64_t k) {
                      w *= i < 6 ? 1 - 0.01 * 0.5 : 1;
                      adam_by_formula(w, m, s, g, 0.01, k);
                    });
}

TEST(StochasticRule, CutsLongGradientsToTheNorm) {
  const Vector g{{3, 0, 4}};
  for (const auto& [clip_norm, expected] : {std::pair(0.0, 5.0), std::pair(5.0, 5.0), std::pair(2.0, 2.0)}) {
    OptimizerState state;
    state.parameters = Vector::Zero(3);
    RuleUpdate update({.clip_norm = clip_norm}, state);
    ASSERT_TRUE(update.take_step(g, 1));
    EXPECT_NEAR(state.parameters.norm(), expected, 1e-15);
    EXPECT_NEAR(state.parameters.dot(g), -5 * expected, 1e-14);
  }
  double v = 0;
  expect_by_formula(after_steps({.momentum = 0.9, .clip_norm = 0.1}, 0.1),
                    [&](double& w, double entry, Index, std::int64_t k) {
                      v = (k == 0 ? 0 : 0.9 * v) + entry * std::min(1.0, 0.1 / gradient_of(k).norm());
                      w -= 0.1 * v;
                    });
}

TEST(StochasticRule, HasTheSameBitsOnAnyThreads) {
  for (const std::string& rule : stochastic_rule_names()) {
    RuleCase settings{
        .rule = rule, .momentum = 0.9, .weight_decay = 0.1, .decayed = 70'001, .clip_norm = 1, .threads = 1};
    const OptimizerState expected = after_steps(settings, 0.1, 3, 100'003);
    for (const int threads : {2, 3, 8}) {
      settings.threads = threads;
      expect_same_state(after_steps(settings, 0.1, 3, 100'003), expected);
    }
  }
}

TEST(StochasticRule, RefusesToOverflowAndChangesNothing) {
  for (const std::string& rule : stochastic_rule_names()) {
    const RuleCase settings{.rule = rule, .momentum = 0.9, .weight_decay = 0.1, .decayed = 5};
    OptimizerState state = after_steps(settings, 0.1, 3);
    const OptimizerState before = state;
    RuleUpdate update(settings, state);
    EXPECT_FALSE(update.take_step(Vector::Ones(kSize), 1e308));
    EXPECT_FALSE(update.take_step(Vector::Constant(kSize, 1e200), 0.1));
    for (const double bad : {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
      Vector g = Vector::Ones(kSize);
      g[kSize - 1] = bad;
      EXPECT_FALSE(update.take_step(g, 0.1));
    }
    expect_same_state(state, before);
    EXPECT_TRUE(update.take_step(Vector::Ones(kSize), 0.1));
    EXPECT_TRUE(state.parameters.allFinite());
  }
}

TEST(StochasticRule, KeepsAsManyMomentsAsItSays) {
  for (const std::string& rule : stochastic_rule_names()) {
    const RuleCase settings{.rule = rule, .momentum = 0.9};
    const OptimizerState state = after_steps(settings, 0.1, 3);
    const Index kept = state.stochastic.velocity.size() + state.stochastic.second_moment.size();
    EXPECT_EQ(kept, kSize * make_stochastic_rule(rule, {.momentum = 0.9})->moments()) << rule;
  }
}

TEST(StochasticRule, StaysFiniteHoweverLargeTheRate) {
  OptimizerState state = start();
  RuleUpdate update({.momentum = 0.9}, state);
  bool goes_on = true;
  for (int k = 0; k < 1000 && goes_on; ++k) {
    goes_on = update.take_step(Vector::Constant(kSize, 1e150), std::pow(10.0, k));
    EXPECT_TRUE(state.parameters.allFinite());
    EXPECT_TRUE(state.stochastic.velocity.allFinite());
  }
  EXPECT_FALSE(goes_on);
  EXPECT_GT(state.parameters.cwiseAbs().maxCoeff(), 1e200);
}

}  // namespace
}  // namespace lockstep
