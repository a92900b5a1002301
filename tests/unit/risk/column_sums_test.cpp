// Sums that are taken by columns have the bits of those taken by rows.
#include "risk/column_scaling.h"
#include "risk/empirical_risk.h"

#include <cmath>

#include "support/models.h"
#include "support/thread_communicator.h"
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

/// 32 leaves of 9 or 10 rows; a column is missing in one of eight of them.
constexpr MadeData kMade{.rows = 300, .features = 30, .sparse = true, .weights = true};

std::vector<double> sums_of(const Dataset& data, const ModelCase& model, Communicator& comm, int threads) {
  const auto made = model.make(kMade.features);
  EmpiricalRisk risk(data, *made, Penalty(0.01, made->penalised()), {}, Execution(comm, threads));
  const Vector w = Vector::LinSpaced(risk.dimension(), -0.2, 0.3);
  Evaluation at;
  risk.evaluate(w, Order::gradient, at);
  risk.update(UpdateKind::initial);
  Vector product;
  risk.curvature_product(w, Vector::LinSpaced(risk.dimension(), 1, -1), Curvature::exact, product);
  Vector diagonal;
  risk.hessian_diagonal(diagonal);
  std::vector<double> sums{at.value};
  for (const Vector& each : {at.gradient, product, diagonal}) {
    sums.insert(sums.end(), each.begin(), each.end());
  }
  return sums;
}

class ColumnSums : public ::testing::TestWithParam<ModelCase> {};

TEST_P(ColumnSums, HaveTheBitsOfRowsOnAnyLayout) {
  const ModelCase& model = GetParam();
  SerialCommunicator alone;
  const Dataset by_row = make_dataset(made_share(kMade, model.labels, 0, 1), {}, alone);
  ASSERT_EQ(by_row.layout, Layout::sparse_rows);
  ASSERT_EQ(by_row.partition.leaves, 32);
  const std::vector<double> expected = sums_of(by_row, model, alone, 1);
  for (const int ranks : {1, 2, 3}) {
    run_ranks(ranks, [&](Communicator& comm) {
      Dataset data = make_dataset(made_share(kMade, model.labels, comm.rank(), comm.size()), {}, comm);
      data.by_column = std::make_unique<ColumnEntries>(*data.x, data.panels, data.leaves, data.features);
      for (const int threads : {1, 3}) {
        EXPECT_EQ(sums_of(data, model, comm, threads), expected) << ranks << " ranks × " << threads << " threads";
      }
    });
  }
}

INSTANTIATE_TEST_SUITE_P(Models, ColumnSums, ::testing::ValuesIn(linear_models()),
                         [](const auto& each) { return each.param.name; });

TEST(ColumnScales, AreThoseOfRowsWhereSumsAreTakenByColumns) {
  SerialCommunicator alone;
  RawData raw = made_share(kMade, LabelStyle::real, 0, 1);
  for (std::size_t k = 0; k < raw.block.value.size(); ++k) {
    raw.block.value[k] = std::ldexp(raw.block.value[k], raw.block.column[k] - 12);
  }
  const auto scaled = [&](bool by_column) {
    RawData copy;
    copy.block = raw.block;
    copy.total_rows = raw.total_rows;
    copy.schema = raw.schema;
    Dataset data = make_dataset(std::move(copy), {}, alone);
    if (by_column) {
      data.by_column = std::make_unique<ColumnEntries>(*data.x, data.panels, data.leaves, data.features);
    }
    scale_columns(data, 1e-3, Execution(alone, 2));
    return std::pair(data.column_scale, sums_of(data, linear_models()[2], alone, 2));
  };
  EXPECT_EQ(scaled(true), scaled(false));
  EXPECT_FALSE(scaled(true).first.empty());
}

TEST(ColumnSums, PayWhereALeafsSumIsLongerThanItsRows) {
  SerialCommunicator alone;
  const auto keeps_columns = [&](std::int64_t parameters, bool is_sparse) {
    Dataset data = make_data({.rows = 300, .features = 30, .sparse = is_sparse}, alone, {.parameters = 31});
    data.add_columns(parameters);
    return data.columns() != nullptr;
  };
  EXPECT_TRUE(keeps_columns(1000, true));
  EXPECT_FALSE(keeps_columns(5, true));
  EXPECT_FALSE(keeps_columns(1000, false));
}

}  // namespace
}  // namespace lockstep::testing
