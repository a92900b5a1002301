/// Models and risk need no resident data: rows that are made on the fly, a leaf at a time, give the same bits.
#include "data/leaf_source.h"

#include "lockstep/base/errors.h"
#include "model/linear_model.h"
#include "model/losses.h"
#include "model/network.h"
#include "model/softmax_model.h"
#include "risk/empirical_risk.h"
#include "risk/metrics.h"

#include <atomic>
#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "support/made_data.h"
#include "support/thread_communicator.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::MadeData;

/// Holds nothing but facts: a leaf's rows are made when they are asked for, into the buffer of whoever asks.
class MadeLeaves final : public LeafSource {
 public:
  MadeLeaves(const MadeData& made, const Dataset& resident) : made_(made), facts_(resident), layout_(resident.layout) {}

  const RowFacts& facts() const override { return facts_; }

  RowSet read(std::int64_t leaf, RowBuffer& buffer) const override {
    if (leaf == failing_leaf) {
      throw DataError("leaf " + std::to_string(leaf) + " cannot be read");
    }
    ++reads;
    const lockstep::Run rows = facts_.partition.rows_of_leaves({leaf, leaf + 1});
    RowBlock block = testing::made_rows(made_, rows);
    buffer.label = std::move(block.label);
    buffer.weight = std::move(block.weight);
    buffer.offset = std::move(block.offset);
    const Panels panels = cut_panels(std::vector<std::int64_t>{0, rows.size()}, made_.features);
    buffer.pieces = panels.panels;
    buffer.x = make_feature_matrix(std::move(block), layout_, panels, 1);
    return {buffer.x.get(), buffer.label, buffer.weight, buffer.offset, buffer.pieces, rows.begin};
  }

  mutable std::atomic<std::int64_t> reads = 0;
  std::int64_t failing_leaf = -1;

 private:
  MadeData made_;
  RowFacts facts_;
  Layout layout_;
};

/// All that an oracle can be asked, in one vector.
Vector answers(const LeafSource& rows, const Model& model, int threads, Communicator& comm) {
  EmpiricalRisk risk(rows, model, Penalty(0.01, model.penalised()), {}, Execution(comm, threads));
  const Index p = model.dimension();
  const Vector w = Vector::LinSpaced(p, -0.3, 0.4);
  const Vector d = Vector::LinSpaced(p, 0.2, -0.1);
  Evaluation at;
  risk.evaluate(w, risk.has_hessian() ? Order::hessian : Order::gradient, at);
  risk.update(UpdateKind::initial);
  Vector product;
  risk.curvature_product(w, d, Curvature::exact, product);
  Vector diagonal;
  if (risk.has_hessian_diagonal()) {
    risk.hessian_diagonal(diagonal);
  }
  Evaluation trial;
  risk.evaluate(w + d, Order::gradient, trial);
  risk.update(UpdateKind::trial);
  const LinePoint line = risk.along(w, d, 0.25);
  const Margins margins = compute_margins(rows, model, w, Execution(threads));
  double sum = 0;  // of this rank's rows
  for (const double z : margins) {
    sum += z;
  }
  Vector all(at.gradient.size() + product.size() + diagonal.size() + trial.gradient.size() + 4);
  all << at.gradient, product, diagonal, trial.gradient, at.value, line.value, line.slope, sum;
  return all;
}

struct Case {
  std::string name;
  MadeData made;
  std::function<std::unique_ptr<Model>(Index features)> model;
  friend void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }
};

std::unique_ptr<Model> small_network(Index features) {
  return std::make_unique<Network>(
      NetworkShape{features, {4}, 2, Activation::tanh, NetworkLoss::cross_entropy, Scalar::float64});
}

class RowsMadeOnTheFly : public ::testing::TestWithParam<Case> {};

TEST_P(RowsMadeOnTheFly, GiveTheBitsOfResidentOnes) {
  const MadeData& made = GetParam().made;
  for (const int ranks : {1, 3}) {
    testing::run_ranks(ranks, [&](Communicator& comm) {
      const Dataset resident = testing::make_data(made, comm);
      const MadeLeaves leaves(made, resident);
      const auto model = GetParam().model(made.features);
      EXPECT_EQ(answers(leaves, *model, 2, comm), answers(resident, *model, 1, comm)) << ranks << " ranks";
      EXPECT_GT(leaves.reads, resident.leaves.size());
    });
  }
}

INSTANTIATE_TEST_SUITE_P(
    Models, RowsMadeOnTheFly,
    ::testing::Values(Case{"logistic",
                           {.rows = 900, .weights = true, .offsets = true},
                           [](Index d) { return std::make_unique<LinearModel>(d, true, make_logistic_loss()); }},
                      Case{"sparse_linear",
                           {.rows = 700, .features = 20, .sparse = true, .classes = false},
                           [](Index d) { return std::make_unique<LinearModel>(d, false, make_squared_loss()); }},
                      Case{"softmax",
                           {.rows = 500, .weights = true},
                           [](Index d) { return std::make_unique<SoftmaxModel>(d, 2, true); }},
                      Case{"network", {.rows = 500}, small_network}),
    [](const auto& test) { return test.param.name; });

TEST(LeafSource, PassesOnTheFailureOfALeaf) {
  SerialCommunicator comm;
  const MadeData made{.rows = 900};
  const Dataset resident = testing::make_data(made, comm);
  MadeLeaves leaves(made, resident);
  const LinearModel model(made.features, true, make_logistic_loss());
  EmpiricalRisk risk(leaves, model, Penalty(0, made.features), {}, Execution(comm, 2));
  leaves.failing_leaf = resident.leaves.size() / 2;
  Evaluation at;
  EXPECT_THROW(risk.evaluate(Vector::Zero(model.dimension()), Order::gradient, at), DataError);
  leaves.failing_leaf = -1;
  EXPECT_NO_THROW(risk.evaluate(Vector::Zero(model.dimension()), Order::gradient, at));
}

TEST(LeafSource, HasNoBatchesUnlessItSaysSo) {
  SerialCommunicator comm;
  const MadeData made;
  const Dataset resident = testing::make_data(made, comm);
  const MadeLeaves leaves(made, resident);
  const LinearModel model(made.features, true, make_logistic_loss());
  EXPECT_THROW(EmpiricalRisk(leaves, model, Penalty(0, made.features), {32, 1}, Execution(comm, 1)), InternalError);
}

/// Kept margins belong to points that the oracle was told of, once each.
TEST(EmpiricalRiskMargins, AreNeverThoseOfAnotherPoint) {
  SerialCommunicator comm;
  const MadeData made;
  const Dataset data = testing::make_data(made, comm);
  const LinearModel model(made.features, true, make_logistic_loss());
  EmpiricalRisk risk(data, model, Penalty(0, made.features), {}, Execution(comm, 1));
  const Vector w = Vector::Constant(model.dimension(), 0.1);
  const Vector d = Vector::Ones(model.dimension());
  Vector product;
  Evaluation at;
  EXPECT_THROW(risk.curvature_product(w, d, Curvature::exact, product), InternalError);
  EXPECT_THROW(risk.hessian_diagonal(product), InternalError);
  EXPECT_THROW(risk.recession(w, d), InternalError);
  EXPECT_THROW(risk.update(UpdateKind::initial), InternalError);
  risk.evaluate(w, Order::gradient, at);
  risk.update(UpdateKind::initial);
  EXPECT_THROW(risk.update(UpdateKind::accept), InternalError);
  EXPECT_THROW(risk.along(w, d, 0.5), InternalError);
  risk.evaluate(w + d, Order::gradient, at);
  risk.update(UpdateKind::trial);
  EXPECT_NO_THROW(risk.along(w, d, 0.5));
}

/// A line of a network takes the derivative along it, header only: no gradient is added up or reduced.
TEST(EmpiricalRiskLine, OfANetworkIsItsValueAndSlope) {
  SerialCommunicator comm;
  const MadeData made{.rows = 200};
  const Dataset data = testing::make_data(made, comm);
  const auto network = small_network(made.features);
  EmpiricalRisk risk(data, *network, Penalty(0.1, network->penalised()), {}, Execution(comm, 1));
  const Vector w = Vector::LinSpaced(network->dimension(), -0.5, 0.5);
  const Vector d = Vector::LinSpaced(network->dimension(), 0.3, -0.2);
  Evaluation at;
  risk.evaluate(w + 0.5 * d, Order::gradient, at);
  const LinePoint line = risk.along(w, d, 0.5);
  EXPECT_NEAR(line.value, at.value, 1e-14);
  EXPECT_NEAR(line.slope, at.gradient.dot(d), 1e-13);
  EXPECT_EQ(network->shape(PassKind::line).payload, 0);
}

}  // namespace
}  // namespace lockstep
