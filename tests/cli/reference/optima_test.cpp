/// Certified optima of every convex model that has one on the reference data, and a perceptron that converges.
#include "cli/reference/reference_data.h"
#include "cli/trainer.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

/// From an independent float64 Newton in numpy, gradient norm below 1e-14 unless said.
struct Certified {
  const char* file;
  Arguments options;
  double optimum;
  int most_iterations;  ///< of Newton
  double tolerance = 1e-12;
};

const Arguments kBikeColumns = {"--label-column", "cnt", "--drop", "instant,dteday,casual,registered"};

const std::vector<Certified>& certified_optima() {
  static const std::vector<Certified> problems = {
      {"heart_scale/heart_scale", {"--l2", "1e-2"}, 0.3695956380670, 15},
      {"heart_scale/heart_scale", {"--l2", "1e-4"}, 0.3332468880896, 15},
      {"german/german.numer", {"--l2", "1e-2"}, 0.4816453803069, 15},
      {"german/german.numer", {"--l2", "1e-4"}, 0.4680344150866, 15},
      {"a9a/a9a", {"--l2", "1e-2"}, 0.3699116320440, 15},
      {"a9a/a9a", {"--l2", "1e-4"}, 0.3244130441120, 15},
      {"mushrooms/agaricus.txt.train", {"--l2", "1e-2"}, 0.1426805573704, 15},
      // The optimum is known to 13 decimals.
      {"mushrooms/agaricus.txt.train", {"--l2", "1e-4"}, 0.0114490695332, 15, 5e-12},
      {"randhie/randhie.csv", {"--model", "poisson", "--label-column", "mdvis"}, -0.3551879267549, 20},
      {"bike/hour.csv", Arguments{"--model", "poisson"} + kBikeColumns, -838.8046782851966, 30},  // ‖∇F‖ 3e-13
      {"bike/hour.csv", Arguments{"--model", "linear", "--l2", "1e-3"} + kBikeColumns, 10100.904206254565, 3},
      {"dna/dna.scale", {"--model", "softmax", "--l2", "1e-2"}, 0.256792316304068, 15},
      {"dna/dna.scale", {"--model", "softmax", "--l2", "1e-3"}, 0.10597015191897, 15},
      {"letter/letter-recognition.data",
       {"--model", "softmax", "--l2", "1e-3", "--format", "csv", "--label-column", "Letter"},
       0.912080583883047,
       15},
  };
  return problems;
}

void expect_optimum(const Certified& problem, const std::string& optimizer, const Arguments& more) {
  SCOPED_TRACE(::testing::PrintToString(Arguments{problem.file, optimizer} + problem.options));
  const Scratch scratch;
  const std::string run = scratch.path("run");
  const auto result =
      launch_well(0, 2,
                  Arguments{"train", "--data", reference(problem.file), "--optimizer", optimizer, "--run", run} +
                      problem.options + more);
  ASSERT_EQ(result.exit_code, 0);
  const auto summary = summary_of(run);
  EXPECT_EQ(summary.at("status"), "converged");
  EXPECT_NEAR(summary.at("objective").get<double>(), problem.optimum, problem.tolerance * std::abs(problem.optimum));
  if (optimizer == "newton") {
    EXPECT_LE(summary.at("iterations").get<int>(), problem.most_iterations);
  }
}

TEST(ReferenceOptima, NewtonReachesTheCertifiedOptimaInFewIterations) {
  for (const Certified& problem : certified_optima()) {
    expect_optimum(problem, "newton", {});
  }
}

TEST(ReferenceOptima, NewtonCgReachesTheCertifiedOptima) {
  for (const Certified& problem : certified_optima()) {
    expect_optimum(problem, "newton-cg", {"--tolerance", "1e-9", "--max-iterations", "300"});
  }
}

TEST(ReferenceOptima, PerceptronSeparatesTheMushrooms) {
  const Scratch scratch;
  const std::string run = scratch.path("run");
  const std::string data = reference("mushrooms/agaricus.txt.train");
  launch_well(0, 2, {"train", "--data", data, "--model", "perceptron", "--epochs", "100", "--run", run});
  EXPECT_EQ(summary_of(run).at("status"), "converged");
  EXPECT_EQ(summary_of(run).at("metrics").at("accuracy"), 1.0);
  const auto tested = launch_well(
      0, 1,
      {"evaluate", "--json", "--model-file", run + "/model.h5", "--data", reference("mushrooms/agaricus.txt.test")});
  EXPECT_GE(nlohmann::json::parse(tested.out).at("accuracy").get<double>(), 0.999);
}

/// One classifier against the rest, by LIBLINEAR, has 94.94 %.
TEST(ReferenceOptima, SoftmaxPredictsTheDnaTestSet) {
  const Scratch scratch;
  const std::string run = scratch.path("run");
  launch_well(2, 1,
              {"train", "--data", reference("dna/dna.scale"), "--model", "softmax", "--optimizer", "lbfgs", "--l2",
               "1e-2", "--run", run});
  const auto tested = launch_well(
      2, 1, {"evaluate", "--json", "--model-file", run + "/model.h5", "--data", reference("dna/dna.scale.t")});
  EXPECT_NEAR(nlohmann::json::parse(tested.out).at("accuracy").get<double>(), 0.948566610455312, 0.001);
}

}  // namespace
}  // namespace lockstep::testing
