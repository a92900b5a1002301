#include "risk/column_scaling.h"

#include "risk/empirical_risk.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <tuple>

#include "support/models.h"
#include "support/printing.h"
#include "support/thread_communicator.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::MadeData;
using testing::ModelCase;

/// Rows whose columns are multiplied, on one rank of many.
struct Columns {
  std::vector<double> factor;
  LayoutSettings layout = {};
  bool is_sparse = false;
  std::int64_t rows = 400;

  RawData share(testing::LabelStyle style, int rank, int ranks) const {
    const MadeData made{.rows = rows, .features = std::ssize(factor), .sparse = is_sparse};
    RawData raw = testing::made_share(made, style, rank, ranks);
    RowBlock& block = raw.block;
    for (std::size_t i = 0; i < block.dense.size(); ++i) {
      block.dense[i] *= factor[i % factor.size()];
    }
    for (std::size_t i = 0; i < block.value.size(); ++i) {
      block.value[i] *= factor[static_cast<std::size_t>(block.column[i])];
    }
    return raw;
  }
  Dataset unscaled(Communicator& comm, testing::LabelStyle style = testing::LabelStyle::real) const {
    return make_dataset(share(style, comm.rank(), comm.size()), layout, comm);
  }
  Dataset scaled(Communicator& comm, double l2 = 0, int threads = 1,
                 testing::LabelStyle style = testing::LabelStyle::real) const {
    Dataset data = unscaled(comm, style);
    scale_columns(data, l2, Execution(comm, threads));
    return data;
  }
};

/// Of the entries that are not zero; 0 where all are.
std::vector<double> mean_squares(const Dataset& data) {
  std::vector<double> squares(static_cast<std::size_t>(data.features), 0.0);
  std::vector<double> count(squares.size(), 0.0);
  std::vector<double> row(static_cast<std::size_t>(padded(data.features)));
  for (const Rows& panel : data.panels.panels) {
    for (Index i = 0; i < panel.count; ++i) {
      data.x->gather({panel.begin + i, 1, panel.panel, nullptr}, row.data(), std::ssize(row));
      for (std::size_t j = 0; j < squares.size(); ++j) {
        squares[j] += row[j] * row[j];
        count[j] += row[j] != 0 ? 1 : 0;
      }
    }
  }
  for (std::size_t j = 0; j < squares.size(); ++j) {
    squares[j] /= std::max(count[j], 1.0);
  }
  return squares;
}

bool is_power_of_two(double x) {
  int exponent = 0;
  return std::frexp(x, &exponent) == 0.5;
}

const std::vector<double> kUnits = {1e-12, 1, 1e-3, 1e7, 1e12};

TEST(ColumnScaling, BringsMeanSquaresNearOneByPowersOfTwo) {
  SerialCommunicator comm;
  for (const bool is_sparse : {false, true}) {
    const Dataset data = Columns{.factor = kUnits, .is_sparse = is_sparse}.scaled(comm);
    EXPECT_THAT(data.column_scale, ::testing::Each(::testing::Truly(is_power_of_two)));
    EXPECT_THAT(mean_squares(data), ::testing::Each(::testing::AllOf(::testing::Ge(0.5), ::testing::Lt(2))));
  }
}

TEST(ColumnScaling, IsOneForColumnsOfThatSizeAndThenRecordsNothing) {
  SerialCommunicator comm;
  EXPECT_TRUE((Columns{.factor = {0.75, 0.75}}.scaled(comm).column_scale.empty()));
}

TEST(ColumnScaling, LeavesAColumnOfZerosAlone) {
  SerialCommunicator comm;
  const Dataset data = Columns{.factor = {0, 1e5}}.scaled(comm);
  ASSERT_EQ(data.column_scale.size(), 2u);
  EXPECT_EQ(data.column_scale[0], 1);
  EXPECT_LT(data.column_scale[1], 1e-4);
  EXPECT_EQ(mean_squares(data)[0], 0);
}

TEST(ColumnScaling, GivesThePenaltyTheSizeWhereItOutweighsTheColumn) {
  SerialCommunicator comm;
  const Dataset data = Columns{.factor = {1e-9, 1e9}}.scaled(comm, 0x1p40);
  ASSERT_EQ(data.column_scale.size(), 2u);
  EXPECT_EQ(data.column_scale[0], 0x1p-20);
  EXPECT_NEAR(mean_squares(data)[1], 1, 0.5);
}

TEST(ColumnScaling, CopesWithTheEndsOfTheRangeOfNumbers) {
  SerialCommunicator comm;
  const double largest = std::numeric_limits<double>::max() / 2;
  const double least = std::numeric_limits<double>::denorm_min();
  for (const bool is_sparse : {false, true}) {
    const Dataset data =
        Columns{.factor = {1e-300, largest, least, 1, 1e160, 1e-160}, .is_sparse = is_sparse}.scaled(comm);
    const std::vector<double> squares = mean_squares(data);
    for (const std::size_t j : {0u, 3u, 4u, 5u}) {
      EXPECT_THAT(squares[j], ::testing::AllOf(::testing::Ge(0.5), ::testing::Lt(2))) << j;
    }
    EXPECT_EQ(data.column_scale[1], 0x1p-1000) << "and one of the largest numbers at its full precision";
    EXPECT_LT(squares[1], 0x1p50);
    EXPECT_EQ(data.column_scale[2], 0x1p1000) << "a coefficient of a subnormal column must stay a number";
    EXPECT_GT(squares[2], 0);
  }
}

TEST(ColumnScaling, IsTheSameOnAnyNumberOfRanksAndThreads) {
  const Columns columns{.factor = {1e-12, 3, 1e-300, 1e200, 0}};
  SerialCommunicator serial;
  const std::vector<double> expected = columns.scaled(serial, 1e-3).column_scale;
  for (const int ranks : {1, 2, 3, 5}) {
    for (const int threads : {1, 2, 3}) {
      testing::run_ranks(ranks, [&](Communicator& comm) {
        EXPECT_EQ(columns.scaled(comm, 1e-3, threads).column_scale, expected) << ranks << " ranks, " << threads;
      });
    }
  }
}

TEST(ColumnScaling, CopesWithMoreRanksThanRows) {
  testing::run_ranks(5, [](Communicator& comm) {
    const Dataset data = Columns{.factor = {1e9, 1e-9}, .rows = 2}.scaled(comm);
    EXPECT_EQ(data.column_scale.size(), 2u);
  });
}

class ScaledRisk : public ::testing::TestWithParam<std::tuple<ModelCase, Layout>> {
 protected:
  static Columns columns() {
    const Layout layout = std::get<1>(GetParam());
    LayoutSettings settings;
    settings.access = layout == Layout::dense_columns ? Access::full_batch : Access::mini_batch;
    return {.factor = kUnits, .layout = settings, .is_sparse = layout == Layout::sparse_rows};
  }
};

void expect_scaled(const Vector& scaled, const Vector& d, const Vector& unscaled, const char* what) {
  EXPECT_EQ(scaled, Vector(d.cwiseProduct(unscaled))) << what;
}

/// In u = D⁻¹ w: the same margins and values, and derivatives times D for each parameter, to the last bit.
TEST_P(ScaledRisk, KeepsTheBitsOfMarginsValuesAndDerivatives) {
  const auto& [model_case, layout] = GetParam();
  SerialCommunicator comm;
  const Dataset unscaled = columns().unscaled(comm, model_case.labels);
  const Dataset scaled = columns().scaled(comm, 0.125, 1, model_case.labels);
  ASSERT_EQ(scaled.layout, layout);
  const std::unique_ptr<Model> model = model_case.make(std::ssize(kUnits));
  EmpiricalRisk in_w(unscaled, *model, Penalty(0.125, model->penalised()), {}, Execution(comm, 1));
  EmpiricalRisk in_u(scaled, *model, Penalty(0.125, model->penalised()), {}, Execution(comm, 1));
  const Vector& d = in_u.scales();
  ASSERT_EQ(d.size(), model->dimension());

  Vector w(model->dimension());
  Vector v(model->dimension());
  for (Index j = 0; j < w.size(); ++j) {
    const double unit = j < model->penalised() ? 1 / kUnits[static_cast<std::size_t>(j) % kUnits.size()] : 1;
    w[j] = 0.3 * std::sin(1.0 + static_cast<double>(j)) * unit;
    v[j] = std::cos(static_cast<double>(j)) * unit;
  }
  Evaluation at_w;
  Evaluation at_u;
  const Order order = model->has(PassKind::hessian) ? Order::hessian : Order::gradient;
  in_w.evaluate(w, order, at_w);
  in_u.evaluate(to_scaled(in_u, w), order, at_u);
  in_w.update(UpdateKind::initial);
  in_u.update(UpdateKind::initial);
  EXPECT_EQ(in_u.accepted_margins(), in_w.accepted_margins());
  EXPECT_EQ(at_u.value, at_w.value);
  EXPECT_EQ(at_u.scale, at_w.scale);
  expect_scaled(at_u.gradient, d, at_w.gradient, "gradient");
  for (Index i = 0; order == Order::hessian && i < w.size(); ++i) {
    for (Index j = 0; j <= i; ++j) {
      EXPECT_EQ(at_u.hessian(i, j), d[i] * d[j] * at_w.hessian(i, j)) << i << " " << j;
    }
  }
  Vector product_w;
  Vector product_u;
  in_w.curvature_product(w, v, Curvature::exact, product_w);
  in_u.curvature_product(to_scaled(in_u, w), to_scaled(in_u, v), Curvature::exact, product_u);
  expect_scaled(product_u, d, product_w, "product");
  in_w.hessian_diagonal(product_w);
  in_u.hessian_diagonal(product_u);
  expect_scaled(product_u, d.cwiseAbs2(), product_w, "diagonal");
  EXPECT_EQ(from_scaled(in_u, to_scaled(in_u, w)), w);
}

std::string layout_name(Layout layout) {
  switch (layout) {
    case Layout::dense_columns:
      return "dense_columns";
    case Layout::dense_rows:
      return "dense_rows";
    case Layout::sparse_rows:
      break;
  }
  return "sparse_rows";
}

INSTANTIATE_TEST_SUITE_P(EveryModelInEveryLayout, ScaledRisk,
                         ::testing::Combine(::testing::ValuesIn(testing::linear_models()),
                                            ::testing::Values(Layout::dense_columns, Layout::dense_rows,
                                                              Layout::sparse_rows)),
                         [](const auto& parameter) {
                           return std::get<0>(parameter.param).name + "_" + layout_name(std::get<1>(parameter.param));
                         });

}  // namespace
}  // namespace lockstep
