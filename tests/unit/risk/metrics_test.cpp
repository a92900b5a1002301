#include "risk/metrics.h"

#include "model/linear_model.h"
#include "model/losses.h"
#include "risk/empirical_risk.h"

#include <algorithm>
#include <cmath>

#include "support/made_data.h"
#include "support/thread_communicator.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::MadeData;

double metric(const Metrics& metrics, const std::string& name) {
  const auto found = std::ranges::find(metrics, name, &std::pair<std::string, double>::first);
  return found == metrics.end() ? -1 : found->second;
}

TEST(RSquared, IsUndefinedForLabelsThatAreAllTheSame) {
  SerialCommunicator comm;
  for (const double constant : {0.0, 7.0, -1e9, 0.1}) {
    RawData raw = testing::made_share({.classes = false, .weights = true}, 0, 1);
    std::ranges::fill(raw.block.label, constant);
    const Dataset data = make_dataset(std::move(raw), {}, comm);
    Margins margins(300, constant);
    margins[7] += 1e-3;
    const Metrics metrics = evaluate_metrics(data, margins, Task::regression, Execution(comm, 1));
    EXPECT_TRUE(std::isnan(metric(metrics, "r2"))) << constant;
    EXPECT_NEAR(metric(metrics, "mse"), 1e-6 / 300, 1e-6 / 300) << constant;
  }
}

TEST(RSquared, IsDefinedForLabelsThatDifferBesideALargeMean) {
  SerialCommunicator comm;
  RawData raw = testing::made_share({.classes = false}, 0, 1);
  for (double& y : raw.block.label) {
    y = 1e9 + std::round(y);
  }
  const Margins margins = raw.block.label;
  const Dataset data = make_dataset(std::move(raw), {}, comm);
  EXPECT_EQ(metric(evaluate_metrics(data, margins, Task::regression, Execution(comm, 1)), "r2"), 1);
}

/// All that a weighted fit is made of.
struct Weighted {
  Evaluation at;
  Metrics metrics;
};

Weighted evaluate_with_weights_times(double factor, Communicator& comm) {
  RawData raw = testing::made_share({.features = 4, .weights = true}, comm.rank(), comm.size());
  for (double& s : raw.block.weight) {
    s *= factor;
  }
  const Dataset data = make_dataset(std::move(raw), {}, comm);
  const LinearModel model(4, true, make_logistic_loss());
  EmpiricalRisk risk(data, model, Penalty(0.1, 4), {}, Execution(comm, 1));
  Weighted result;
  risk.evaluate(Vector{{0.3, -1, 2, 0.5, 0.1}}, Order::hessian, result.at);
  risk.update(UpdateKind::initial);
  result.metrics = evaluate_metrics(data, risk.accepted_margins(), Task::binary, Execution(comm, 1));
  return result;
}

/// 2^1022 times a few hundred rows is more than a number holds.
TEST(WeightsOfAnySize, GiveTheBitsOfWeightsNearOneOnAnyNumberOfRanks) {
  SerialCommunicator serial;
  const Weighted expected = evaluate_with_weights_times(1, serial);
  EXPECT_GT(metric(expected.metrics, "auc"), 0.5);
  for (const double factor : {0x1p1022, 0x1p997, 0x1p-1000, 0x1p40}) {
    for (const int ranks : {1, 3}) {
      testing::run_ranks(ranks, [&](Communicator& comm) {
        const Weighted seen = evaluate_with_weights_times(factor, comm);
        EXPECT_EQ(seen.at.value, expected.at.value) << factor;
        EXPECT_EQ(seen.at.gradient, expected.at.gradient) << factor;
        EXPECT_EQ(seen.at.hessian.packed(), expected.at.hessian.packed()) << factor;
        EXPECT_EQ(seen.metrics, expected.metrics) << factor;
      });
    }
  }
}

/// Ranks own ranges of scores: with many ties, with none, and with empty shares.
TEST(AreaUnderCurve, HasTheSameBitsOnAnyNumberOfRanks) {
  constexpr std::size_t kRows = 700;
  for (const std::size_t distinct : {std::size_t{1}, std::size_t{3}, kRows}) {
    for (const bool are_counts : {true, false}) {
      std::vector<double> scores;
      std::vector<double> labels;
      std::vector<double> weights;
      for (std::size_t i = 0; i < kRows; ++i) {
        scores.push_back(static_cast<double>(i * 331 % distinct) / 7 - 0.3);
        labels.push_back(i * 17 % 5 < 2 ? 1 : 0);
        weights.push_back(are_counts ? static_cast<double>(i % 3) : 0.1 + 1 / static_cast<double>(1 + i % 11));
      }
      SerialCommunicator serial;
      const double expected = area_under_curve(scores, labels, weights, serial);
      EXPECT_NEAR(expected, 0.5, distinct == 1 ? 0 : 0.1);
      for (const int ranks : {2, 3, 8}) {
        testing::run_ranks(ranks, [&](Communicator& comm) {
          const auto begin = static_cast<std::ptrdiff_t>(kRows) * std::max(0, comm.rank() - 1) / (ranks - 1);
          const auto end = comm.rank() == 0 ? 0 : static_cast<std::ptrdiff_t>(kRows) * comm.rank() / (ranks - 1);
          const auto part = [&](const std::vector<double>& all) {
            return std::vector<double>(all.begin() + begin, all.begin() + std::max(begin, end));
          };
          EXPECT_EQ(area_under_curve(part(scores), part(labels), part(weights), comm), expected)
              << ranks << " ranks, " << distinct << " scores";
        });
      }
    }
  }
}

TEST(AreaUnderCurve, IsUndefinedForASingleClass) {
  SerialCommunicator comm;
  EXPECT_TRUE(std::isnan(area_under_curve({1, 2}, {1, 1}, {}, comm)));
}

}  // namespace
}  // namespace lockstep
