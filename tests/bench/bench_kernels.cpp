/// One pass of the linear model over a leaf run: value, gradient, Hessian, for each layout; one thread.
///
///   build/release/bin/bench_kernels --benchmark_filter=columns
#include "lockstep/base/numerics.h"
#include "lockstep/model/leaf_summer.h"
#include "lockstep/model/linear_model.h"

#include "support/made_data.h"
#include <benchmark/benchmark.h>

namespace {

using namespace lockstep;
using lockstep::testing::MadeData;

void pass(benchmark::State& state, const MadeData& made, Access access) {
  const auto order = static_cast<Order>(state.range(0));
  configure_numerics();
  SerialCommunicator comm;
  LayoutSettings layout;
  layout.access = access;
  layout.lanes = 64;
  const Dataset data = lockstep::testing::make_data(made, comm, layout);
  const LinearModel model(made.features, true, make_logistic_loss());
  const Vector w = Vector::Constant(model.dimension(), 0.01);
  KernelParameters prepared;
  model.prepare(w, prepared);
  LeafSummer summer(1);
  for (auto iteration : state) {
    static_cast<void>(iteration);
    NodeStack& nodes =
        summer.sum(data.leaves, model.shape(order), [&](std::int64_t leaf, Partial& into, Workspace& scratch) {
          model.add_rows(data, data.panels_of_leaf(leaf), prepared, order, into, scratch, nullptr);
        });
    benchmark::DoNotOptimize(nodes.partial(0).bytes().data());
  }
  state.SetItemsProcessed(state.iterations() * made.rows);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(data.x->bytes()));
}

// The argument is the order: 0 value, 1 gradient, 2 Hessian.
BENCHMARK_CAPTURE(pass, columns_100, MadeData{.rows = 20000, .features = 100}, Access::full_batch)->DenseRange(0, 2);
BENCHMARK_CAPTURE(pass, rows_100, MadeData{.rows = 20000, .features = 100}, Access::mini_batch)->DenseRange(0, 2);
BENCHMARK_CAPTURE(pass, rows_400, MadeData{.rows = 5000, .features = 400}, Access::full_batch)->DenseRange(0, 2);
BENCHMARK_CAPTURE(pass, sparse_200, MadeData{.rows = 20000, .features = 200, .sparse = true}, Access::full_batch)
    ->DenseRange(0, 2);

}  // namespace

BENCHMARK_MAIN();
