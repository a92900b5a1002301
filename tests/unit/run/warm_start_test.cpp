/// --init: parameters follow the names of their features.
#include "lockstep/base/errors.h"
#include "run/fresh_state.h"

#include <algorithm>

#include "support/printing.h"
#include "unit/io/temporary_folder.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::HasSubstr;
using Names = std::vector<std::string>;

ModelDescription described(ModelKind kind) {
  ModelDescription model;
  model.kind = kind;
  model.features = 3;
  if (kind == model_kind("softmax") || kind == model_kind("mlp")) {
    model.outputs = 2;
  }
  if (kind == model_kind("mlp")) {
    model.hidden = {4};
  }
  return model;
}

class WarmStart : public ::testing::TestWithParam<ModelKind> {
 protected:
  WarmStart() {
    file_.model = described(GetParam());
    file_.parameters = Vector::LinSpaced(file_.model.dimension(), 1, static_cast<double>(file_.model.dimension()));
    file_.schema = schema_of_names(3, {"a", "b", "c"}, "y", file_.model.is_classifier() ? Names{"0", "1"} : Names{});
    settings_.data.path = "data.csv";
    settings_.model.kind = GetParam();
    settings_.model.hidden = {4};
    settings_.launch.init = folder_ / "model.h5";
    write_bytes(settings_.launch.init, to_bytes(file_));
    problem_.model = file_.model;
    problem_.rows.features = file_.model.features;
  }

  Vector start(const Names& names) {
    problem_.rows.schema = schema_of_names(3, names, "y", file_.schema.class_names());
    SerialCommunicator comm;
    return fresh_state(settings_, problem_, comm).optimizer.parameters;
  }

  /// The parameter of unit or class k that a feature feeds.
  double fed(const Vector& w, Index feature, Index k) const {
    const ParameterBlock block = file_.model.blocks().front();
    return w[block.first + (file_.model.is_network() ? feature * block.shape[1] + k : k * block.shape[1] + feature)];
  }

  const TemporaryFolder folder_;
  TrainSettings settings_;
  ModelFile file_;
  TrainingProblem problem_;
};

TEST_P(WarmStart, FindsEachFeatureByItsName) {
  Names names = file_.schema.feature_names();
  do {
    const Vector w = start(names);
    for (std::size_t j = 0; j < names.size(); ++j) {
      const Index there = names[j][0] - 'a';
      EXPECT_EQ(fed(w, static_cast<Index>(j), 0), fed(file_.parameters, there, 0)) << names[j];
    }
    const Index block = file_.model.blocks().front().size();
    EXPECT_EQ(w.tail(w.size() - block), file_.parameters.tail(w.size() - block)) << "intercepts and later layers stay";
    EXPECT_EQ(w.sum(), file_.parameters.sum());
  } while (std::ranges::next_permutation(names).found);
}

TEST_P(WarmStart, WithoutNamesGoesByPosition) {
  EXPECT_EQ(start({}), file_.parameters);
}

TEST_P(WarmStart, OtherFeaturesAreRefused) {
  try {
    start({"a", "b", "d"});
    ADD_FAILURE() << "not refused";
  } catch (const ConfigurationError& error) {
    EXPECT_THAT(error.what(), HasSubstr("with other features"));
  }
}

INSTANTIATE_TEST_SUITE_P(Models, WarmStart,
                         ::testing::Values(model_kind("linear"), model_kind("logistic"), model_kind("softmax"),
                                           model_kind("mlp")),
                         [](const auto& one) { return to_string(one.param); });

}  // namespace
}  // namespace lockstep::testing
