/// Where a run starts, and what it hands out at its end.
#include "run/fresh_state.h"

#include "base/version.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

struct Start {
  Start() {
    settings.data.path = "data.csv";
    problem.model.features = 3;
    problem.rows.features = 3;
    problem.rows.schema = schema_of_names(3, {}, "", {"0", "1"});
    problem.rows.fingerprint = 42;
    problem.rows.partition.leaves = 8;
    problem.rows.partition.lanes = 4;
    problem.validation.emplace();
    problem.validation->fingerprint = 43;
  }
  TrainingState state() { return fresh_state(settings, problem, comm); }

  TrainSettings settings;
  TrainingProblem problem;
  SerialCommunicator comm;
};

TEST(FreshState, IsThatOfTheModelAndTellsTheDataApart) {
  Start start;
  const TrainingState state = start.state();
  EXPECT_EQ(state.optimizer.parameters, Vector::Zero(4));
  EXPECT_EQ(state.optimizer.iteration, 0);
  EXPECT_TRUE(state.history.empty());
  EXPECT_EQ(state.fingerprint, 42u);
  EXPECT_EQ(state.leaves, 8);
  EXPECT_EQ(state.lanes, 4);
  EXPECT_EQ(state.build, build_id());
}

TEST(FreshState, KnowsTheHeldOutRowsWhereTheyShapeTheResult) {
  Start start;
  EXPECT_EQ(start.state().validation_fingerprint, 0u);
  start.settings.fit.patience = 3;
  EXPECT_EQ(start.state().validation_fingerprint, 43u);
}

TEST(FreshState, HoldsTheEntriesThatShapeTheResultAlone) {
  Start start;
  start.settings.penalty.l2 = 0.5;
  start.settings.launch.threads = 7;
  const std::vector<ConfigEntry> entries = start.state().configuration;
  EXPECT_TRUE(std::ranges::all_of(entries, &ConfigEntry::shapes_result));
  const auto l2 = std::ranges::find(entries, "l2", &ConfigEntry::key);
  ASSERT_NE(l2, entries.end());
  EXPECT_EQ(l2->value, "0.5");
  EXPECT_EQ(std::ranges::find(entries, "threads", &ConfigEntry::key), entries.end());
}

TEST(FreshState, OfANetworkFollowsTheSeed) {
  Start start;
  start.problem.model.kind = model_kind("mlp");
  start.problem.model.hidden = {4};
  const Vector first = start.state().optimizer.parameters;
  EXPECT_EQ(start.state().optimizer.parameters, first);
  start.settings.fit.seed = 1;
  EXPECT_NE(start.state().optimizer.parameters, first);
}

TEST(TrainedModel, HasTheBestParametersWhereTheyAreKept) {
  Start start;
  TrainingState state = start.state();
  state.optimizer.parameters = Vector::Ones(4);
  EXPECT_EQ(trained_model(start.problem, state).parameters, Vector::Ones(4));
  state.optimizer.early_stopping.best_parameters = Vector::Constant(4, 2);
  const ModelFile file = trained_model(start.problem, state);
  EXPECT_EQ(file.parameters, Vector::Constant(4, 2));
  EXPECT_EQ(file.schema, start.problem.rows.schema);
  EXPECT_EQ(file.fingerprint, 42u);
}

}  // namespace
}  // namespace lockstep
