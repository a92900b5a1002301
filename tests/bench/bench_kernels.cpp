/// One pass of the linear model over a leaf run: value, gradient, Hessian, for each layout; then one lane of a network,
/// and the products it is made of. One thread.
///
///   build/release/bin/bench_kernels --benchmark_filter=columns
#include "base/gemm.h"
#include "base/numerics.h"
#include "lockstep/comm/communicator.h"
#include "model/linear_model.h"
#include "model/losses.h"
#include "model/network.h"
#include "model/pass_engine.h"

#include "support/made_data.h"
#include <benchmark/benchmark.h>

namespace {

using namespace lockstep;
using lockstep::testing::MadeData;

void whole_pass(benchmark::State& state, const MadeData& made, Access access) {
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
  ThreadedEngine engine(model, data, 1);
  Pass pass;
  pass.kind = pass_kind(order);
  pass.w = &prepared;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    NodeStack& nodes = engine.run(pass, data, data.leaves);
    benchmark::DoNotOptimize(nodes.partial(0).bytes().data());
  }
  state.SetItemsProcessed(state.iterations() * made.rows);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(data.x->bytes()));
}

// The argument is the order: 0 value, 1 gradient, 2 Hessian.
BENCHMARK_CAPTURE(whole_pass, columns_100, MadeData{.rows = 20000, .features = 100}, Access::full_batch)
    ->DenseRange(0, 2);
BENCHMARK_CAPTURE(whole_pass, rows_100, MadeData{.rows = 20000, .features = 100}, Access::mini_batch)->DenseRange(0, 2);
BENCHMARK_CAPTURE(whole_pass, rows_400, MadeData{.rows = 5000, .features = 400}, Access::full_batch)->DenseRange(0, 2);
BENCHMARK_CAPTURE(whole_pass, sparse_200, MadeData{.rows = 20000, .features = 200, .sparse = true}, Access::full_batch)
    ->DenseRange(0, 2);

/// The network of the MNIST benchmark on `rows` picked rows.
const NetworkShape kMnist{784, {256}, 10, Activation::relu, NetworkLoss::cross_entropy, Scalar::float32};

void network_lane(benchmark::State& state, Activation activation) {
  configure_numerics();
  NetworkShape shape = kMnist;
  shape.activation = activation;
  const Network model(shape);
  const Index count = state.range(0);
  SerialCommunicator comm;
  LayoutSettings layout;
  layout.access = Access::mini_batch;
  layout.lanes = 1;
  Dataset data = lockstep::testing::make_data({.rows = 4096, .features = kMnist.features}, comm, layout);
  std::vector<std::int32_t> picked(4096);
  for (std::size_t i = 0; i < picked.size(); ++i) {
    picked[i] = static_cast<std::int32_t>(i * 1237 % picked.size());
    data.label[i] = static_cast<double>(i % 10);
  }
  KernelParameters prepared;
  model.prepare(initial_parameters(shape, 1), prepared);
  Workspace scratch;
  Partial into(model.shape(PassKind::gradient));
  Pass pass;
  pass.kind = PassKind::gradient;
  pass.w = &prepared;
  into.set_zero();
  Index begin = 0;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    const Rows rows{0, count, -1, picked.data() + begin};
    model.add(pass, data.rows_of_pieces(std::span(&rows, 1)), into, scratch);
    begin = (begin + count) % (4096 - count);
  }
  state.SetItemsProcessed(state.iterations() * count);
}

/// C (m × n) += A (m × k) B (k × n) in float32; items are floating-point operations.
void product(benchmark::State& state) {
  configure_numerics();
  const Index m = state.range(0);
  const Index n = state.range(1);
  const Index k = state.range(2);
  const AlignedVector<float> a(static_cast<std::size_t>(m * k), 0.5f);
  const AlignedVector<float> b(static_cast<std::size_t>(k * n), 0.5f);
  AlignedVector<float> c(static_cast<std::size_t>(m * n));
  for (auto iteration : state) {
    static_cast<void>(iteration);
    gemm(m, n, k, Factor<float>{a.data(), k}, Factor<float>{b.data(), n}, 1.0f, c.data(), n);
    benchmark::DoNotOptimize(c.data());
  }
  state.SetItemsProcessed(state.iterations() * 2 * m * n * k);
}

BENCHMARK_CAPTURE(network_lane, relu, Activation::relu)->Arg(16)->Arg(32)->Arg(64)->Arg(256);
BENCHMARK_CAPTURE(network_lane, tanh, Activation::tanh)->Arg(32);
BENCHMARK_CAPTURE(network_lane, sigmoid, Activation::sigmoid)->Arg(32);
BENCHMARK_CAPTURE(network_lane, gelu, Activation::gelu)->Arg(32);
BENCHMARK(product)->Args({256, 32, 784})->Args({256, 784, 32})->Args({1024, 1024, 1024});

}  // namespace

BENCHMARK_MAIN();
