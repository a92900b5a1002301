// An objective of one's own, three functions, minimised on all ranks with checkpoints:
//   mpirun -n 3 own_objective FOLDER lbfgs|newton-cg
// F(w) = mean of log cosh(⟨x_i, w⟩ − y_i) over rows that are made on the fly, + ‖w‖²/1000.
#include <cmath>
#include <cstdio>

#include <lockstep/comm/mpi_communicator.h>
#include <lockstep/risk/tree_sum.h>
#include <lockstep/run/objective_run.h>

using namespace lockstep;

constexpr std::int64_t kRows = 200'000;
constexpr Index kSize = 20;

struct RobustFit final : Objective {
  explicit RobustFit(const Execution& execution) : sum(kRows, execution) {}
  Index dimension() const override { return kSize; }
  void update(UpdateKind) override {}
  void evaluate(const Vector& w, Order, Evaluation& result) override {
    const Vector sums = sum.add_up(kSize + 1, [&w](std::int64_t begin, std::int64_t end, std::span<double> into) {
      for (std::int64_t i = begin; i < end; ++i) {
        const auto x = [i](Index j) { return std::sin(0.37 * static_cast<double>((i % 991 + 1) * (j + 1))) / (1 + j); };
        double residual = -std::cos(static_cast<double>(i % 577));
        for (Index j = 0; j < kSize; ++j) residual += x(j) * w[j];
        into[kSize] += std::log(std::cosh(residual));
        for (Index j = 0; j < kSize; ++j) into[static_cast<std::size_t>(j)] += std::tanh(residual) * x(j);
      }
    });
    result.value = sums[kSize] / kRows + w.dot(w) / 1000;
    result.gradient = sums.head(kSize) / kRows + w / 500;
    result.scale = result.value;
  }
  TreeSum sum;
};

int minimise(const Execution& execution, char** arguments) {
  ObjectiveRun run;
  run.name = "robust fit";
  run.run.folder = arguments[1];
  run.run.checkpoint_every = CheckpointInterval::parse("1i");
  run.fit.optimizer = OptimizerKind(arguments[2]);
  RobustFit objective(execution);
  SilentConsole console;
  const ObjectiveResult result = run_objective(objective, run, Vector::Zero(kSize), execution, console);
  if (execution.rank() == 0) {
    std::printf("%ld iterations: %s\n", static_cast<long>(result.iterations), result.summary.reason.c_str());
    for (const double w : result.parameters) std::printf("%a\n", w);
  }
  return result.summary.status == Summary::Status::converged ? 0 : 1;
}

int main(int, char** arguments) {
  return mpi_main("own_objective", 2,
                  [arguments](const Execution& execution) { return minimise(execution, arguments); });
}
