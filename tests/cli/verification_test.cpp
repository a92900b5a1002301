/// Certified optima of the data sets in data/ (data/README.md).
#include "cli/trainer.h"

#include <cmath>

#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

struct Certified {
  const char* file;
  const char* model;
  const char* l2;
  double optimum;
};

void PrintTo(const Certified& problem, std::ostream* out) {
  *out << problem.file << " " << problem.model << " l2 " << problem.l2;
}

class CertifiedOptimum : public ::testing::TestWithParam<Certified> {};

TEST_P(CertifiedOptimum, NewtonReachesItIn15Iterations) {
  const Certified& problem = GetParam();
  const Scratch scratch;
  const std::string run = scratch.path("run");
  launch_well(0, 2,
              {"train", "--data", shipped(problem.file), "--model", problem.model, "--l2", problem.l2, "--run", run});
  const auto summary = summary_of(run);
  EXPECT_EQ(summary.at("status"), "converged");
  EXPECT_LE(summary.at("iterations").get<int>(), 15);
  EXPECT_NEAR(summary.at("objective").get<double>(), problem.optimum, 1e-12 * std::fabs(problem.optimum));
}

INSTANTIATE_TEST_SUITE_P(ShippedData, CertifiedOptimum,
                         ::testing::Values(Certified{"breast_cancer.csv", "logistic", "1e-2", 0.102997307212640449},
                                           Certified{"breast_cancer.csv", "logistic", "1e-3", 0.0908846295011811803},
                                           Certified{"breast_cancer.csv", "logistic", "1e-4", 0.0757691448020061532},
                                           Certified{"diabetes.csv", "linear", "0", 1429.84817379337510},
                                           Certified{"diabetes.csv", "linear", "1e-3", 1432.40741694749986}));

}  // namespace
}  // namespace lockstep::testing
