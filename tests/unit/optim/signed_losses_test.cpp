/// Losses of both signs: where they cancel, F says nothing of its own rounding.
#include "base/lanes.h"
#include "model/losses.h"
#include "optim/descent.h"
#include "risk/empirical_risk.h"

#include <cmath>
#include <ostream>

#include "support/descent_run.h"
#include "support/models.h"
#include "support/optimizers.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::LabelStyle;

struct SignedLoss {
  const char* name;
  LabelStyle labels;
  std::unique_ptr<PointwiseLoss> (*make)();
  /// The factor on all labels after which the least F, now `minimum`, is zero.
  double (*to_zero)(double minimum, double mean_label);
  double (*size_of_terms)(double y, double z);
  friend void PrintTo(const SignedLoss& test, std::ostream* out) { *out << test.name; }
};

/// A factor k on y moves all margins by log k: it adds log k to the least F of gamma and turns that of poisson into
/// k (F − ȳ log k).
const SignedLoss kLosses[] = {
    {"poisson", LabelStyle::counts, make_poisson_loss,
     [](double minimum, double mean_label) { return std::exp(minimum / mean_label); },
     [](double y, double z) { return std::exp(z) + std::abs(y * z); }},
    {"gamma", LabelStyle::positives, make_gamma_loss, [](double minimum, double) { return std::exp(-minimum); },
     [](double y, double z) { return std::abs(z) + y * std::exp(-z); }},
};

struct Problem {
  Problem(const SignedLoss& test, double factor) : data(make_dataset(share(test, factor), {}, comm)) {}

  static RawData share(const SignedLoss& test, double factor) {
    RawData raw =
        testing::made_share({.rows = 300, .features = 4, .weights = true, .offsets = true}, test.labels, 0, 1);
    for (double& y : raw.block.label) {
      y *= factor;
    }
    return raw;
  }

  SerialCommunicator comm;
  Dataset data;
};

class SignedLosses : public ::testing::TestWithParam<SignedLoss> {
 protected:
  /// The factor on the labels for which the least F is zero.
  static double factor_to_zero() {
    Problem plain(GetParam(), 1);
    const LinearModel model(4, true, GetParam().make());
    EmpiricalRisk risk(plain.data, model, Penalty(0, 4), {}, Execution(plain.comm, 1));
    const auto run = testing::run_descent(risk, *make_newton_cholesky(), Vector::Zero(5), {50, 1e-12});
    double sum = 0;
    double weight = 0;
    for (std::size_t i = 0; i < plain.data.label.size(); ++i) {
      sum += plain.data.weight[i] * plain.data.label[i];
      weight += plain.data.weight[i];
    }
    return GetParam().to_zero(run.summary.objective, sum / weight);
  }
};

TEST_P(SignedLosses, AreMeasuredByTheSizeOfTheirTerms) {
  const Problem problem(GetParam(), 1.7);
  SerialCommunicator comm;
  const LinearModel model(4, true, GetParam().make());
  EmpiricalRisk risk(problem.data, model, Penalty(0.3, 4), {}, Execution(comm, 1));
  const Vector w{{0.3, -0.2, 0.1, -0.4, 0.2}};
  Evaluation at;
  risk.evaluate(w, Order::value, at);
  double sum = 0;
  double weight = 0;
  const testing::MadeData made{.rows = 300, .features = 4, .weights = true, .offsets = true};
  for (std::int64_t row = 0; row < made.rows; ++row) {
    double z = w[4] + testing::made_offset(made, row);
    for (Index j = 0; j < 4; ++j) {
      z += w[j] * testing::made_entry(made, row, j);
    }
    const double s = testing::made_weight(made, row);
    sum += s * GetParam().size_of_terms(problem.data.label[static_cast<std::size_t>(row)], z);
    weight += s;
  }
  const double penalty = 0.15 * dot(w.head(4), w.head(4));
  EXPECT_NEAR(at.scale, sum / weight + penalty, 1e-13 * at.scale);
  EXPECT_GT(at.scale, std::abs(at.value));
}

TEST_P(SignedLosses, ReachTheGradientsToleranceWhereFIsZero) {
  const double factor = factor_to_zero();
  for (const testing::OptimizerCase& optimizer : testing::full_batch_optimizers()) {
    for (const double tolerance : {1e-8, 1e-10, 1e-11}) {
      Problem problem(GetParam(), factor);
      const LinearModel model(4, true, GetParam().make());
      EmpiricalRisk risk(problem.data, model, Penalty(0, 4), {}, Execution(problem.comm, 1));
      const auto run = testing::run_descent(risk, *optimizer.make(), Vector::Zero(5), {5000, tolerance});
      EXPECT_EQ(run.summary.status, Summary::Status::converged) << optimizer.name << ": " << run.summary.reason;
      EXPECT_LE(run.summary.decrement, tolerance) << optimizer.name << ": " << run.summary.reason;
      EXPECT_LT(std::abs(run.summary.objective), 1e-13) << optimizer.name << ": the labels are not scaled to F = 0";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Losses, SignedLosses, ::testing::ValuesIn(kLosses),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

/// A loss that is a sum of positive terms is its own scale.
TEST(Losses, OfOneSignAreTheirOwnScale) {
  SerialCommunicator comm;
  for (const testing::ModelCase& test : testing::linear_models()) {
    if (test.name == "poisson" || test.name == "gamma") {
      continue;
    }
    const Dataset data =
        make_dataset(testing::made_share({.rows = 200, .features = 5, .weights = true}, test.labels, 0, 1), {}, comm);
    const auto model = test.make(5);
    EmpiricalRisk risk(data, *model, Penalty(0.1, model->penalised()), {}, Execution(comm, 1));
    Evaluation at;
    risk.evaluate(Vector::LinSpaced(model->dimension(), -0.5, 0.8), Order::gradient, at);
    EXPECT_EQ(at.scale, at.value) << test.name;
    EXPECT_GT(at.scale, 0) << test.name;
  }
}

}  // namespace
}  // namespace lockstep
