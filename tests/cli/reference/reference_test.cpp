/// Certified optima, accuracy and bits on data of real size.
#include <algorithm>
#include <cmath>
#include <sstream>

#include "cli/invariance.h"
#include "cli/reference/reference_data.h"
#include "cli/trainer.h"
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

struct Certified {
  const char* file;
  const char* l2;
  double optimum;
};

TEST(ReferenceData, NewtonReachesTheCertifiedOptimaIn15Iterations) {
  for (const Certified& problem :
       {Certified{"heart_scale/heart_scale", "1e-2", 0.3695956380670},
        Certified{"heart_scale/heart_scale", "1e-4", 0.3332468880896},
        Certified{"german/german.numer", "1e-2", 0.4816453803069},
        Certified{"german/german.numer", "1e-4", 0.4680344150866}, Certified{"a9a/a9a", "1e-2", 0.3699116320440},
        Certified{"a9a/a9a", "1e-4", 0.3244130441120}}) {
    SCOPED_TRACE(std::string(problem.file) + " l2 " + problem.l2);
    const Scratch scratch;
    const std::string run = scratch.path("run");
    const auto result =
        launch_well(0, 2, {"train", "--data", reference(problem.file), "--l2", problem.l2, "--run", run});
    ASSERT_EQ(result.exit_code, 0);
    const auto summary = summary_of(run);
    EXPECT_EQ(summary.at("status"), "converged");
    EXPECT_LE(summary.at("iterations").get<int>(), 15);
    EXPECT_NEAR(summary.at("objective").get<double>(), problem.optimum, 1e-12 * problem.optimum);
  }
}

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
