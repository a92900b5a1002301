/// --standardize: the fit of the rows as they are is that of rows standardised by hand.
#include "base/random.h"
#include "lockstep/base/errors.h"
#include "lockstep/fit/fit.h"

#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include "support/thread_communicator.h"
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

constexpr Index kRows = 300;
constexpr Index kFeatures = 5;

struct Case {
  std::string model;
  std::string optimizer;
  bool is_sparse;
  bool has_intercept;
  double l1;
};

std::string to_string(const Case& c) {
  std::string name = c.model + "_" + c.optimizer + (c.is_sparse ? "_sparse" : "_dense") +
                     (c.has_intercept ? "" : "_no_intercept") + (c.l1 > 0 ? "_l1" : "");
  std::ranges::replace(name, '-', '_');
  return name;
}

void PrintTo(const Case& c, std::ostream* out) {
  *out << to_string(c);
}

std::string name_of(const ::testing::TestParamInfo<Case>& info) {
  return to_string(info.param);
}

/// Columns of unlike centres and deviations; of sparse rows nine values in ten are zeros.
struct Data {
  std::vector<double> x, label, weight;
  std::vector<double> mean = std::vector<double>(kFeatures), deviation = std::vector<double>(kFeatures);

  explicit Data(const Case& c) {
    RandomStream random(7, 1, 0);
    for (Index i = 0; i < kRows; ++i) {
      double z = 0.3;
      for (Index j = 0; j < kFeatures; ++j) {
        const double unit = random.normal();
        const bool is_zero = c.is_sparse && random.uniform() < 0.9;
        x.push_back(is_zero
                        ? 0
                        : std::pow(10.0, static_cast<double>(j) - 2) *
                              (unit + (c.is_sparse ? 3.0 : (c.has_intercept ? 20.0 : 0.5) * static_cast<double>(j))));
        z += is_zero ? 0 : unit * (j % 2 == 0 ? 1 : -1);
      }
      const bool is_high = z + random.normal() > 0;
      label.push_back(c.model == "linear"    ? z
                      : c.model == "softmax" ? (is_high ? 2.0 : static_cast<double>(i % 2))
                      : is_high              ? 1.0
                                             : 0.0);
      weight.push_back(1 + static_cast<double>(i % 3));
    }
    double total = 0;
    for (Index i = 0; i < kRows; ++i) {
      total += weight[static_cast<std::size_t>(i)];
    }
    for (Index j = 0; j < kFeatures; ++j) {
      double& m = mean[static_cast<std::size_t>(j)];
      double& d = deviation[static_cast<std::size_t>(j)];
      for (Index i = 0; i < kRows; ++i) {
        m += weight[static_cast<std::size_t>(i)] * x[static_cast<std::size_t>(i * kFeatures + j)] / total;
      }
      for (Index i = 0; i < kRows; ++i) {
        const double away = x[static_cast<std::size_t>(i * kFeatures + j)] - m;
        d += weight[static_cast<std::size_t>(i)] * away * away / total;
      }
      d = std::sqrt(d);
      m = c.has_intercept ? m : 0;
    }
  }

  std::vector<double> standardized() const {
    std::vector<double> result = x;
    for (std::size_t k = 0; k < result.size(); ++k) {
      const std::size_t j = k % kFeatures;
      result[k] = (result[k] - mean[j]) / deviation[j];
    }
    return result;
  }
};

FittedModel fitted(const Case& c, const Data& data, const std::vector<double>& x, bool standardize, int ranks) {
  LearningSettings settings;
  settings.model.kind = model_kind(c.model);
  settings.model.intercept = c.has_intercept;
  settings.model.standardize = standardize;
  settings.model.hidden = {4};
  settings.model.precision = Scalar::float64;
  settings.penalty.l1 = c.l1;
  settings.penalty.l2 = c.l1 > 0 ? 0 : 0.02;
  settings.fit.optimizer = OptimizerKind(c.optimizer);
  settings.fit.tolerance = 1e-9;
  settings.fit.max_iterations = c.model == "mlp" ? 5 : 200;
  if (settings.fit.optimizer->is_mini_batch()) {
    settings.fit.learning_rate = 0.05;
    settings.fit.epochs = 3;
    settings.fit.batch_size = 32;
    settings.fit.lanes = 1;  // the batches of sparse rows and of dense ones are the same then
  }
  FittedModel result;
  run_ranks(ranks, [&](Communicator& comm) {
    const Index begin = kRows * comm.rank() / ranks;
    const Index end = kRows * (comm.rank() + 1) / ranks;
    MemoryRows rows;
    rows.rows = end - begin;
    rows.features = kFeatures;
    const auto part = [&](const std::vector<double>& values, Index width) {
      return std::span(values).subspan(static_cast<std::size_t>(begin * width),
                                       static_cast<std::size_t>(rows.rows * width));
    };
    rows.x = part(x, kFeatures);
    rows.label = part(data.label, 1);
    rows.weight = part(data.weight, 1);
    const FittedModel mine = fit(rows, settings, Execution(comm, 2));
    if (comm.rank() == 0) {
      result = mine;
    }
  });
  return result;
}

class Standardize : public ::testing::TestWithParam<Case> {};

TEST_P(Standardize, IsTheFitOfStandardizedRows) {
  const Case& c = GetParam();
  const Data data(c);
  const FittedModel by_hand = fitted(c, data, data.standardized(), false, 1);
  const FittedModel folded = fitted(c, data, data.x, true, 1);
  EXPECT_NEAR(folded.summary.objective, by_hand.summary.objective, 1e-9 * std::abs(by_hand.summary.objective));

  // Its coefficients are those of the rows as they are.
  if (c.model != "mlp") {
    const Index outputs = folded.outputs;
    for (Index k = 0; k < outputs; ++k) {
      double shift = 0;
      for (Index j = 0; j < kFeatures; ++j) {
        const double w = by_hand.parameters[k * kFeatures + j] / data.deviation[static_cast<std::size_t>(j)];
        EXPECT_NEAR(folded.parameters[k * kFeatures + j] * data.deviation[static_cast<std::size_t>(j)],
                    by_hand.parameters[k * kFeatures + j], 1e-6);
        shift += w * data.mean[static_cast<std::size_t>(j)];
      }
      if (c.has_intercept) {
        EXPECT_NEAR(folded.parameters[outputs * kFeatures + k], by_hand.parameters[outputs * kFeatures + k] - shift,
                    1e-5 * (1 + std::abs(shift)));
      }
    }
  }
  const FittedModel on_three = fitted(c, data, data.x, true, 3);
  EXPECT_TRUE(folded.parameters == on_three.parameters) << "the same bits on any ranks";
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const bool is_sparse : {false, true}) {
    for (const char* optimizer : {"newton", "lbfgs", "newton-cg", "gd", "sgd", "adam"}) {
      all.push_back({"logistic", optimizer, is_sparse, true, 0});
    }
    all.push_back({"softmax", "newton", is_sparse, true, 0});
    all.push_back({"softmax", "sgd", is_sparse, true, 0});
    all.push_back({"linear", "lbfgs", is_sparse, true, 0.05});
    all.push_back({"linear", "newton", is_sparse, false, 0});
    all.push_back({"linear", "sgd", is_sparse, false, 0});
    all.push_back({"mlp", "sgd", is_sparse, true, 0});
    all.push_back({"mlp", "newton-cg", is_sparse, true, 0});
    all.push_back({"mlp", "lbfgs", is_sparse, true, 0});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Of, Standardize, ::testing::ValuesIn(cases()), name_of);

TEST(Standardize, LeavesConstantColumnsAlone) {
  const Case c = {"linear", "newton", false, true, 0};
  Data data(c);
  for (Index i = 0; i < kRows; ++i) {
    data.x[static_cast<std::size_t>(i * kFeatures)] = 0.1;
  }
  const FittedModel folded = fitted(c, data, data.x, true, 1);
  EXPECT_NEAR(folded.parameters[0], 0, 1e-12);
  EXPECT_TRUE(folded.parameters.allFinite());
}

}  // namespace
}  // namespace lockstep::testing
