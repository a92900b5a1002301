/// The network behind the oracle: the same bits on any ranks and threads, one reduction a call.
#include "base/lanes.h"
#include "base/numerics.h"
#include "model/network.h"
#include "risk/empirical_risk.h"

#include <algorithm>

#include "support/made_data.h"
#include "support/thread_communicator.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::MadeData;

struct Case {
  MadeData made;
  NetworkShape shape;
};

/// Loss, gradient and both products over the leaves, then the gradients of two batches over the lanes.
Vector all_results(const Case& test, Communicator& comm, int threads) {
  const Network model(test.shape);
  const Penalty penalty(0.01, model.penalised());
  const Vector w = initial_parameters(test.shape, 4);
  const Vector v = initial_parameters(test.shape, 5);
  std::vector<double> results;
  const auto keep = [&](const Vector& values) { results.insert(results.end(), values.begin(), values.end()); };
  Evaluation at;
  Vector product;
  {
    const Dataset data = testing::make_data(test.made, comm);
    EmpiricalRisk risk(data, model, penalty, {}, Execution(comm, threads));
    risk.evaluate(w, Order::gradient, at);
    risk.update(UpdateKind::initial);
    results.insert(results.end(), {at.value, at.mistakes});
    keep(at.gradient);
    for (const Curvature kind : {Curvature::exact, Curvature::gauss_newton}) {
      risk.curvature_product(w, v, kind, product);
      keep(product);
    }
  }
  LayoutSettings layout;
  layout.access = Access::mini_batch;
  layout.lanes = 8;
  const Dataset data = testing::make_data(test.made, comm, layout);
  EmpiricalRisk risk(data, model, penalty, {100, 3}, Execution(comm, threads));
  for (const std::int64_t step : {0, 3}) {
    risk.select_batch({1, step % risk.steps_per_epoch()});
    risk.evaluate(w, Order::gradient, at);
    results.push_back(at.value);
    keep(at.gradient);
  }
  return Eigen::Map<Vector>(results.data(), std::ssize(results));
}

TEST(NetworkRisk, HasTheSameBitsOnAnyRanksAndThreads) {
  configure_numerics();
  for (const Scalar precision : {Scalar::float32, Scalar::float64}) {
    for (const Case& test : {Case{{.rows = 1501, .features = 23},
                                  {23, {40, 17}, 2, Activation::gelu, NetworkLoss::cross_entropy, precision}},
                             Case{{.rows = 700, .features = 50, .sparse = true, .weights = true},
                                  {50, {33}, 2, Activation::relu, NetworkLoss::squared, precision}},
                             Case{{.rows = 3, .features = 4, .classes = false},
                                  {4, {5}, 1, Activation::tanh, NetworkLoss::squared, precision}}}) {
      SerialCommunicator serial;
      const Vector expected = all_results(test, serial, 1);
      for (const int ranks : {1, 2, 3, 8}) {
        for (const int threads : {1, 2, 3}) {
          testing::run_ranks(ranks, [&](Communicator& comm) {
            EXPECT_EQ(all_results(test, comm, threads), expected)
                << ranks << " ranks, " << threads << " threads, rank " << comm.rank();
          });
        }
      }
    }
  }
}

TEST(NetworkRisk, GivesTheSlopeAlongALineFromAFullPass) {
  configure_numerics();
  SerialCommunicator comm;
  const MadeData made{.rows = 120, .features = 6};
  const NetworkShape shape{6, {9}, 2, Activation::tanh, NetworkLoss::cross_entropy, Scalar::float64};
  const Network model(shape);
  const Dataset data = testing::make_data(made, comm);
  EmpiricalRisk risk(data, model, Penalty(0.01, model.penalised()), {}, Execution(comm, 1));
  const Vector w = initial_parameters(shape, 1);
  const Vector d = initial_parameters(shape, 2);
  const double h = 1e-5;
  const double slope = (risk.along(w, d, 0.5 + h).value - risk.along(w, d, 0.5 - h).value) / (2 * h);
  EXPECT_NEAR(risk.along(w, d, 0.5).slope, slope, 1e-8);
  EXPECT_EQ(risk.reductions(), 3);
  EXPECT_EQ(risk.structure().least_curvature.size(), 0) << "a network's loss is not convex";
}

}  // namespace
}  // namespace lockstep
