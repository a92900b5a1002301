/// A pass over the rows may be given up anywhere: the run stops at its last iterate and goes on from there to the same
/// bits.
#include "base/interrupt.h"

#include "lockstep/fit/fit.h"
#include "model/linear_model.h"
#include "model/losses.h"
#include "risk/empirical_risk.h"

#include <string>

#include "support/count_down.h"
#include "support/made_data.h"
#include "support/printing.h"
#include "support/thread_communicator.h"
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

class GivenUp : public ::testing::TestWithParam<OptimizerKind> {
 protected:
  Summary fit_from(OptimizerState& state, int ranks, int threads) const {
    std::vector<OptimizerState> states(static_cast<std::size_t>(ranks), state);
    std::vector<Summary> summaries(states.size());
    run_ranks(ranks, [&](Communicator& comm) {
      const auto rank = static_cast<std::size_t>(comm.rank());
      const Dataset data = make_data({.rows = 600}, comm);
      const LinearModel model(data.features, true, make_logistic_loss());
      EmpiricalRisk risk(data, model, Penalty(0.01, data.features), {}, Execution(comm, threads),
                         [] { return RideAlong{}; });
      FitSettings settings;
      settings.optimizer = GetParam();
      settings.max_iterations = 4;
      summaries[rank] = fit(risk, settings, Execution(comm, threads), states[rank]);
    });
    for (const OptimizerState& other : states) {
      EXPECT_EQ(other.parameters, states[0].parameters);
      EXPECT_EQ(other.iteration, states[0].iteration);
    }
    state = states[0];
    return summaries[0];
  }

  static OptimizerState start() {
    OptimizerState state;
    state.parameters = Vector::Zero(8);
    return state;
  }
};

TEST_P(GivenUp, AnywhereTheRunGoesOnToTheSameBits) {
  OptimizerState whole = start();
  fit_from(whole, 1, 1);
  int stops = 0;
  for (int questions = 0;; questions += 1 + questions / 8) {
    OptimizerState state = start();
    Summary summary;
    {
      const CountDown count(questions);
      summary = fit_from(state, 1 + questions % 3, 1 + questions % 2);
    }
    if (summary.status != Summary::Status::stopped) {
      break;
    }
    ++stops;
    fit_from(state, 1, 1);
    ASSERT_EQ(state.parameters, whole.parameters) << "given up at question " << questions;
    ASSERT_EQ(state.iteration, whole.iteration);
  }
  EXPECT_EQ(whole.iteration, 4);
  EXPECT_GT(stops, 8);
}

INSTANTIATE_TEST_SUITE_P(Optimizers, GivenUp,
                         ::testing::Values(OptimizerKind("gd"), OptimizerKind("lbfgs"), OptimizerKind("newton"),
                                           OptimizerKind("newton-cg")),
                         [](const auto& test) { return std::string("optimizer") + std::to_string(test.index); });

/// Who asked for none is not interrupted: its rows, or its steps, are few.
TEST(Interruption, IsHeededWhereSomebodyListens) {
  SerialCommunicator comm;
  const Dataset data = make_data({.rows = 600}, comm);
  const LinearModel model(data.features, true, make_logistic_loss());
  EmpiricalRisk risk(data, model, Penalty(0.01, data.features), {}, Execution(comm, 1));
  const CountDown count(0);
  Evaluation at;
  EXPECT_NO_THROW(risk.evaluate(Vector::Zero(8), Order::value, at));
}

}  // namespace
}  // namespace lockstep::testing
