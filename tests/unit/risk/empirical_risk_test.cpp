#include "risk/empirical_risk.h"

#include "base/lanes.h"
#include "lockstep/base/errors.h"
#include "model/linear_model.h"
#include "model/losses.h"
#include "risk/metrics.h"
#include "risk/overflow.h"

#include <cmath>
#include <limits>
#include <mutex>

#include "support/made_data.h"
#include "support/thread_communicator.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::MadeData;

/// Data, model and risk of one rank.
struct Problem {
  Problem(const MadeData& made, Communicator& comm, int threads = 1, std::int64_t batch = 0)
      : data(testing::make_data(made, comm, layout(batch))),
        model(made.features, true, made.classes ? make_logistic_loss() : make_squared_loss()),
        risk(data, model, Penalty(0.01, made.features), {batch, 3}, Execution(comm, threads)) {}

  static LayoutSettings layout(std::int64_t batch) {
    LayoutSettings settings;
    if (batch > 0) {
      settings.access = Access::mini_batch;
      settings.lanes = 16;
    }
    return settings;
  }

  Dataset data;
  LinearModel model;
  EmpiricalRisk risk;
};

Vector some_point(Index p, double scale = 0.3) {
  Vector w(p);
  for (Index j = 0; j < p; ++j) {
    w[j] = scale * std::sin(static_cast<double>(j + 1));
  }
  return w;
}

TEST(EmpiricalRisk, IsOneReductionAnOracleCall) {
  SerialCommunicator comm;
  Problem problem({}, comm);
  Evaluation at;
  problem.risk.evaluate(some_point(8), Order::hessian, at);
  EXPECT_EQ(problem.risk.reductions(), 1);
}

TEST(EmpiricalRisk, TellsTheLeastCurvatureThatThePenaltyLeaves) {
  SerialCommunicator comm;
  Problem problem({}, comm);
  const Vector& least = problem.risk.structure().least_curvature;
  ASSERT_EQ(least.size(), problem.risk.dimension());
  EXPECT_EQ(least[0], 0.01);
  EXPECT_EQ(least[least.size() - 1], 0) << "the intercept";
  EmpiricalRisk unpenalised(problem.data, problem.model, Penalty(0, 7), {}, Execution(comm, 1));
  EXPECT_EQ(unpenalised.structure().least_curvature.size(), 0);
}

TEST(EmpiricalRisk, CountsARowOfWeightTwoTwiceAndOfWeightZeroNever) {
  SerialCommunicator comm;
  const MadeData made{.rows = 90};
  RawData weighted = testing::made_share(made, 0, 1);
  RawData repeated = testing::made_share(made, 0, 1);
  RowBlock& rows = repeated.block;
  const RowBlock original = rows;
  rows.dense.clear();
  rows.label.clear();
  for (std::size_t i = 0; i < 90; ++i) {
    const std::size_t times = i % 3;
    weighted.block.weight.push_back(static_cast<double>(times));
    for (std::size_t k = 0; k < times; ++k) {
      rows.dense.insert(rows.dense.end(), original.dense.begin() + static_cast<std::ptrdiff_t>(7 * i),
                        original.dense.begin() + static_cast<std::ptrdiff_t>(7 * (i + 1)));
      rows.label.push_back(original.label[i]);
    }
  }
  rows.rows = std::ssize(rows.label);
  repeated.total_rows = rows.rows;
  const LinearModel model(7, true, make_logistic_loss());
  Evaluation a;
  Evaluation b;
  const Dataset weighted_data = make_dataset(std::move(weighted), {}, comm);
  const Dataset repeated_data = make_dataset(std::move(repeated), {}, comm);
  EmpiricalRisk(weighted_data, model, {0.1, 7}, {}, Execution(comm, 1)).evaluate(some_point(8), Order::hessian, a);
  EmpiricalRisk(repeated_data, model, {0.1, 7}, {}, Execution(comm, 1)).evaluate(some_point(8), Order::hessian, b);
  EXPECT_NEAR(a.value, b.value, 1e-14);
  EXPECT_LT((a.gradient - b.gradient).norm(), 1e-14);
  EXPECT_LT((a.hessian.packed() - b.hessian.packed()).norm(), 1e-13);
}

/// Value, gradient and Hessian over all rows, then the gradients of two batches.
Vector all_results(const MadeData& made, Communicator& comm, int threads) {
  std::vector<double> results;
  Evaluation at;
  {
    Problem problem(made, comm, threads);
    problem.risk.evaluate(some_point(problem.risk.dimension()), Order::hessian, at);
    results.push_back(at.value);
    results.insert(results.end(), at.gradient.begin(), at.gradient.end());
    results.insert(results.end(), at.hessian.packed().begin(), at.hessian.packed().end());
  }
  Problem problem(made, comm, threads, 2000);
  for (const std::int64_t step : {0, 3}) {
    problem.risk.select_batch({1, step % problem.risk.steps_per_epoch()});
    problem.risk.evaluate(some_point(problem.risk.dimension()), Order::gradient, at);
    results.insert(results.end(), at.gradient.begin(), at.gradient.end());
  }
  return Eigen::Map<Vector>(results.data(), std::ssize(results));
}

TEST(EmpiricalRisk, HasTheSameBitsOnAnyRanksAndThreads) {
  for (const MadeData& made : {MadeData{.rows = 3001, .features = 30}, MadeData{.rows = 3, .features = 2},
                               MadeData{.rows = 500, .features = 50, .sparse = true, .weights = true}}) {
    SerialCommunicator serial;
    const Vector expected = all_results(made, serial, 1);
    for (const int ranks : {1, 2, 3, 5, 8}) {
      for (const int threads : {1, 2, 3}) {
        testing::run_ranks(ranks, [&](Communicator& comm) {
          const Vector seen = all_results(made, comm, threads);
          EXPECT_EQ(seen, expected) << ranks << " ranks, " << threads << " threads, rank " << comm.rank();
        });
      }
    }
  }
}

TEST(EmpiricalRisk, NamesTheRankThatDiverged) {
  std::mutex mutex;
  int told = 0;
  EXPECT_THROW(testing::run_ranks(4,
                                  [&](Communicator& comm) {
                                    Problem problem({}, comm);
                                    Vector w = some_point(8);
                                    if (comm.rank() == 2) {
                                      w[3] = std::nextafter(w[3], 1);
                                    }
                                    Evaluation at;
                                    try {
                                      problem.risk.evaluate(w, Order::gradient, at);
                                    } catch (const InternalError& error) {
                                      const std::lock_guard lock(mutex);
                                      told += std::string(error.what()).find("rank 2 of 4") != std::string::npos;
                                      throw;
                                    }
                                  }),
               InternalError);
  EXPECT_EQ(told, 4);
}

std::int64_t first_row_with_entries(const MadeData& made, std::int64_t from) {
  for (Index j = 0; j < made.features; ++j) {
    if (testing::made_entry(made, from, j) != 0) {
      return from;
    }
  }
  return first_row_with_entries(made, from + 1);
}

/// Rows 130 and 217 have a loss that is not finite, a row from 40 on only features whose squares are not.
TEST(EmpiricalRisk, NamesTheFirstRowThatOverflowsOnAnyRanks) {
  for (const bool is_sparse : {false, true}) {
    for (const int ranks : {1, 2, 3, 5, 8}) {
      testing::run_ranks(ranks, [&](Communicator& comm) {
        const MadeData made{.sparse = is_sparse, .classes = false};
        RawData raw = testing::made_share(made, comm.rank(), ranks);
        const auto spoil = [&](std::int64_t row, double factor, double label) {
          const std::int64_t local = row - raw.block.first_row;
          if (local < 0 || local >= raw.block.rows) {
            return;
          }
          const auto i = static_cast<std::size_t>(local);
          raw.block.label[i] = label;
          const auto begin = raw.block.is_dense ? i * 7 : static_cast<std::size_t>(raw.block.row_start[i]);
          const auto end = raw.block.is_dense ? begin + 7 : static_cast<std::size_t>(raw.block.row_start[i + 1]);
          for (std::size_t k = begin; k < end; ++k) {
            (raw.block.is_dense ? raw.block.dense : raw.block.value)[k] *= factor;
          }
        };
        const std::int64_t huge = first_row_with_entries(made, 40);
        spoil(huge, 1e200, 1);
        spoil(130, 1, 1e200);
        spoil(217, 1, 1e250);
        const Dataset data = make_dataset(std::move(raw), {}, comm);
        const LinearModel squared(7, true, make_squared_loss());
        const LinearModel huber(7, true, make_huber_loss(1));
        Evaluation at;
        EmpiricalRisk risk(data, squared, {0, 7}, {}, Execution(comm, 1));
        risk.evaluate(Vector::Zero(8), Order::gradient, at);
        EXPECT_EQ(risk.first_row_that_overflows(), 130);
        EmpiricalRisk linear_risk(data, huber, {0, 7}, {}, Execution(comm, 1));
        linear_risk.evaluate(Vector::Zero(8), Order::gradient, at);
        EXPECT_EQ(linear_risk.first_row_that_overflows(), huge);
      });
    }
  }
}

TEST(EmpiricalRisk, HasNoRowThatOverflowsWhereAllIsFinite) {
  SerialCommunicator comm;
  Problem problem({}, comm);
  Evaluation at;
  problem.risk.evaluate(some_point(8), Order::gradient, at);
  EXPECT_EQ(problem.risk.first_row_that_overflows(), -1);
}

TEST(EmpiricalRisk, PassesOnTheWishOfOneRank) {
  testing::run_ranks(3, [&](Communicator& comm) {
    const MadeData made;
    const Dataset data = testing::make_data(made, comm);
    const LinearModel model(7, true, make_logistic_loss());
    EmpiricalRisk risk(data, model, {0, 7}, {}, Execution(comm, 1), [&] {
      return RideAlong{comm.rank() == 1 ? 2u : 0u, 0};
    });
    Evaluation at;
    risk.evaluate(some_point(8), Order::value, at);
    EXPECT_TRUE(at.stop_requested);
    EXPECT_EQ(risk.agreed().stop, 2u);
    EXPECT_EQ(risk.agreed().checkpoint, 0u);
  });
}

TEST(Metrics, PassOverWhatOverflowsInARowWithoutWeight) {
  SerialCommunicator comm;
  const MadeData made{.rows = 60, .weights = true};  // rows 0, 5, … weigh nothing
  const Dataset data = testing::make_data(made, comm);
  const LinearModel model(7, true, make_logistic_loss());
  Margins margins = compute_margins(data, model, some_point(8), Execution(1));
  const Metrics expected = evaluate_metrics(data, margins, Task::binary, Execution(comm, 1));
  EXPECT_EQ(first_row_without(RowResult::margins, data, margins, Task::binary, {}, comm), -1);
  margins[20] = std::numeric_limits<double>::quiet_NaN();
  margins[25] = std::numeric_limits<double>::infinity();
  EXPECT_EQ(evaluate_metrics(data, margins, Task::binary, Execution(comm, 1)), expected);
  EXPECT_EQ(first_row_without(RowResult::margins, data, margins, Task::binary, data.weight, comm), -1);
  EXPECT_EQ(first_row_without(RowResult::margins, data, margins, Task::binary, {}, comm), 20);
}

TEST(Metrics, FirstRowWithoutAMarginIsTheSameOnAnyRanks) {
  for (const int ranks : {1, 2, 3, 8}) {
    testing::run_ranks(ranks, [&](Communicator& comm) {
      const Dataset data = testing::make_data({.rows = 90}, comm);
      Margins margins(static_cast<std::size_t>(data.rows), 0.5);
      for (const Index row : {31, 32, 77}) {
        if (row >= data.first_row && row < data.first_row + data.rows) {
          margins[static_cast<std::size_t>(row - data.first_row)] = -std::numeric_limits<double>::infinity();
        }
      }
      EXPECT_EQ(first_row_without(RowResult::margins, data, margins, Task::binary, {}, comm), 31);
    });
  }
}

TEST(Metrics, FirstRowThatOverflowsIsToldByWhatOverflows) {
  SerialCommunicator comm;
  const Dataset data = testing::make_data({.rows = 60, .classes = false}, comm);
  Margins margins(60, 0.5);
  margins[30] = -1000;  // e^-z
  margins[40] = 400;    // e^z squared
  margins[50] = 1000;   // e^z
  const auto first = [&](RowResult result, Task task) {
    return first_row_without(result, data, margins, task, {}, comm);
  };
  EXPECT_EQ(first(RowResult::margins, Task::counts), -1);
  EXPECT_EQ(first(RowResult::prediction, Task::counts), 50);
  EXPECT_EQ(first(RowResult::error, Task::counts), 40);
  EXPECT_EQ(first(RowResult::error, Task::positives), 30);
  EXPECT_EQ(first(RowResult::error, Task::regression), -1);
  EXPECT_EQ(first(RowResult::error, Task::binary), -1);
  EXPECT_EQ(overflow_text(RowResult::error, data, margins, Task::counts, {}, comm),
            "row 41: the squared error or the deviance overflows");
  EXPECT_EQ(overflow_text(RowResult::prediction, data, margins, Task::counts, {}, comm),
            "row 51: the model's prediction e^z overflows");
  EXPECT_EQ(overflow_text(RowResult::error, data, margins, Task::regression, {}, comm), "");
}

TEST(Metrics, AucEqualsTheCountOfOrderedPairsOnAnyRanks) {
  const std::vector<double> scores = {0.1, 0.4, 0.4, 0.8, 0.8, 0.8, -1, 2, 0.4};
  const std::vector<double> labels = {0, 1, 0, 1, 0, 1, 0, 1, 1};
  const std::vector<double> weights = {1, 2, 1, 0.5, 1, 1, 3, 1, 1};
  double won = 0;
  double pairs = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (std::size_t j = 0; j < scores.size(); ++j) {
      if (labels[i] == 1 && labels[j] == 0) {
        pairs += weights[i] * weights[j];
        won += weights[i] * weights[j] * (scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0);
      }
    }
  }
  for (const int ranks : {1, 2, 4}) {
    testing::run_ranks(ranks, [&](Communicator& comm) {
      const auto begin = proportional_cut(comm.rank(), ranks, 9);
      const auto end = proportional_cut(comm.rank() + 1, ranks, 9);
      const auto part = [&](const std::vector<double>& all) {
        return std::vector<double>(all.begin() + begin, all.begin() + end);
      };
      EXPECT_DOUBLE_EQ(area_under_curve(part(scores), part(labels), part(weights), comm), won / pairs);
    });
  }
}

}  // namespace
}  // namespace lockstep
