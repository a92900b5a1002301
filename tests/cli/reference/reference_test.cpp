/// Accuracy and bits on data of real size.
#include "cli/invariance.h"
#include "cli/reference/reference_data.h"
#include "cli/trainer.h"

#include <sstream>

#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

double share_equal(const std::string& predictions, const std::string& libsvm) {
  std::istringstream predicted(predictions);
  std::istringstream rows(libsvm);
  std::string label;
  std::string row;
  std::getline(predicted, label);
  EXPECT_EQ(label, "prediction");
  int equal = 0;
  int count = 0;
  while (std::getline(rows, row)) {
    if (!std::getline(predicted, label)) {
      ADD_FAILURE() << "predictions end after row " << count;
      return 0.0;
    }
    equal += std::stod(label) == std::stod(row.substr(0, row.find(' ')));
    ++count;
  }
  EXPECT_FALSE(std::getline(predicted, label)) << "more predictions than rows";
  return static_cast<double>(equal) / count;
}

/// LIBLINEAR 2.3.0 -s 0 -c 1 -B 1: 84.9886 %, its bias penalised.
TEST(ReferenceData, AdultTestSetIsPredictedAsLiblinearDoes) {
  const Scratch scratch;
  const std::string run = scratch.path("run");
  launch_well(2, 1, {"train", "--data", reference("a9a/a9a"), "--l2", "3.0711586e-05", "--run", run});
  const Arguments model_and_data = {"--model-file", run + "/model.h5", "--data", reference("a9a/a9a.t")};
  const std::string output = scratch.path("predictions.csv");
  launch_well(2, 1, Arguments{"predict", "--output", output} + model_and_data);
  const double accuracy = share_equal(content_of(output), content_of(reference("a9a/a9a.t")));
  EXPECT_NEAR(accuracy, 0.8498, 0.0005);

  const auto evaluated = launch_well(3, 1, Arguments{"evaluate", "--json"} + model_and_data);
  EXPECT_DOUBLE_EQ(nlohmann::json::parse(evaluated.out).at("accuracy").get<double>(), accuracy);
}

const std::vector<Layout> kReferenceLayouts = {{0, 1}, {0, 3}, {1, 1}, {2, 1}, {2, 3}, {3, 2}, {5, 1}, {8, 1}};

TEST(ReferenceData, NewtonGivesTheSameBitsOnEveryLayout) {
  expect_same_bits_on(kReferenceLayouts, Arguments{"--data", reference("a9a/a9a")} + kNewton);
}

TEST(ReferenceData, SgdGivesTheSameBitsOnEveryLayout) {
  expect_same_bits_on(kReferenceLayouts,
                      Arguments{"--data", reference("a9a/a9a")} + kSgd + Arguments{"--learning-rate", "0.1"});
}

}  // namespace
}  // namespace lockstep::testing
