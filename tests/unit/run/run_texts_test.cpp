#include "run/run_texts.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

RunSummary ended(OptimizerKind optimizer, Summary::Status status, const std::string& reason) {
  RunSummary summary;
  summary.optimizer = to_string(optimizer);
  summary.outcome.status = status;
  summary.outcome.reason = reason;
  return summary;
}

TEST(RunTexts, ALimitOfEpochsIsNotCalledIterations) {
  for (const OptimizerKind optimizer :
       {OptimizerKind("sgd"), OptimizerKind("adam"), OptimizerKind("adamw"), OptimizerKind("perceptron")}) {
    const RunSummary summary = ended(optimizer, Summary::Status::limit_reached, "10 epochs of 3 steps done");
    EXPECT_EQ(result(summary).front(), "limit reached: 10 epochs of 3 steps done");
    EXPECT_THAT(to_json(summary), HasSubstr("\"status\": \"max_iterations\"")) << "scripts wait for this word";
  }
  EXPECT_THAT(result(ended(OptimizerKind("newton"), Summary::Status::limit_reached, "")).front(),
              StartsWith("max_iterations: "));
  EXPECT_THAT(result(ended(OptimizerKind("sgd"), Summary::Status::converged, "")).front(), StartsWith("converged: "));
}

TEST(RunTexts, AFinishedRunSaysWhereItEndedAndThatItIsMoreThanWasAskedFor) {
  TrainSettings settings;
  settings.fit.optimizer = OptimizerKind("sgd");
  settings.fit.epochs = 3;
  OptimizerState state;
  state.iteration = 15;
  state.epoch = 5;
  EXPECT_EQ(finished_already(settings, state), "this run was finished already, at 5 epochs, more than the 3 asked for");
  settings.fit.epochs = 5;
  EXPECT_EQ(finished_already(settings, state), "this run was finished already, at 5 epochs");
  settings.fit.optimizer = OptimizerKind("newton");
  settings.fit.max_iterations = 10;
  EXPECT_EQ(finished_already(settings, state),
            "this run was finished already, at 15 iterations, more than the 10 asked for");
}

TEST(RunTexts, AMetricWithoutAValueIsCalledUndefined) {
  const Metrics metrics = {{"mse", 0.25}, {"r2", -std::numeric_limits<double>::quiet_NaN()}};
  EXPECT_EQ(to_text(metrics), "mse 0.25  r2 undefined");
  EXPECT_THAT(to_json(metrics), HasSubstr("\"r2\": null"));
}

}  // namespace
}  // namespace lockstep
