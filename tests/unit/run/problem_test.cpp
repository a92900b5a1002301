/// From settings and files to a model and its rows.
#include "run/problem.h"

#include "lockstep/base/errors.h"

#include <string>

#include "unit/io/temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Problem : public ::testing::Test {
 protected:
  explicit Problem() {
    std::string text = "a,b,y\n";
    for (int row = 0; row < 40; ++row) {
      text += std::to_string(row) + "," + std::to_string(row * row % 7) + "," + (row % 4 == 0 ? "yes\n" : "no\n");
    }
    write_text(folder_ / "t.csv", text);
    settings_.data.path = folder_ / "t.csv";
  }

  TrainingProblem load() {
    SerialCommunicator comm;
    return load_problem(settings_.completed(), Execution(comm, 1));
  }

  std::string refusal() {
    try {
      load();
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  }

  const TemporaryFolder folder_;
  TrainSettings settings_;
};

TEST_F(Problem, HasTheModelOfItsSettingsAndTheShapeOfItsFile) {
  const TrainingProblem problem = load();
  EXPECT_EQ(problem.model.kind, model_kind("logistic"));
  EXPECT_EQ(problem.model.dimension(), 3);
  EXPECT_EQ(problem.rows.schema.label_name(), "y");
  EXPECT_THAT(problem.rows.schema.feature_names(), ElementsAre("a", "b"));
  EXPECT_THAT(problem.rows.schema.class_names(), ElementsAre("no", "yes"));
  EXPECT_EQ(problem.shape.rows, 40);
  EXPECT_EQ(problem.shape.features, 2);
  EXPECT_EQ(problem.shape.columns, 1);
  EXPECT_FALSE(problem.validation);
  EXPECT_EQ(problem.rows.partition.lanes, 0) << "a full-batch run has none";
}

TEST_F(Problem, OfSoftmaxHasAnOutputAClass) {
  settings_.model.kind = model_kind("softmax");
  EXPECT_EQ(load().model.outputs, 2);
  EXPECT_EQ(load().model.dimension(), 6);
}

TEST_F(Problem, HoldsOutAFractionOfTheRows) {
  settings_.validation.rows = ValidationSource::parse("0.25");
  const TrainingProblem problem = load();
  ASSERT_TRUE(problem.validation);
  EXPECT_EQ(problem.rows.partition.rows + problem.validation->partition.rows, 40);
  EXPECT_EQ(problem.shape.held_out_rows, problem.validation->partition.rows);
  EXPECT_GT(problem.shape.held_out_rows, 0);
}

TEST_F(Problem, WeighsTheClasses) {
  settings_.model.class_weights = ClassWeights::parse("balanced");
  EXPECT_THAT(load().class_weights, ElementsAre(40.0 / 60, 2));
  settings_.model.class_weights = ClassWeights::parse("perhaps:2");
  EXPECT_THAT(refusal(), HasSubstr("'perhaps' is none of the classes of the data (no, yes)"));
}

TEST_F(Problem, IsAskedForBeforeItsRowsAreLaidOut) {
  SerialCommunicator comm;
  std::int64_t rows = 0;
  load_problem(settings_.completed(), Execution(comm, 1), [&](const ModelDescription& model, const DataShape& shape) {
    EXPECT_EQ(model.dimension(), 3);
    rows = shape.rows;
    return false;
  });
  EXPECT_EQ(rows, 40);
}

TEST_F(Problem, WithOneClassIsRefused) {
  write_text(folder_ / "t.csv", "a,y\n1,no\n2,no\n");
  EXPECT_THAT(refusal(), HasSubstr("logistic needs labels of two classes"));
}

TEST_F(Problem, IsLaidOutForTheKindOfItsPasses) {
  ModelDescription linear;
  ModelDescription network;
  network.kind = model_kind("mlp");
  settings_.fit.optimizer = OptimizerKind("newton");
  EXPECT_EQ(access_of(settings_, linear), Access::full_batch);
  EXPECT_EQ(access_of(settings_, network), Access::mini_batch);
  settings_.fit.optimizer = OptimizerKind("sgd");
  EXPECT_EQ(access_of(settings_, linear), Access::mini_batch);
  EXPECT_GT(load().rows.partition.lanes, 0);
}

}  // namespace
}  // namespace lockstep::testing
