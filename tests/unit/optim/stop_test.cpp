/// A wish to stop that reaches the real oracle in any of its reductions — a full pass, a step of conjugate gradients, a
/// point of a line search on kept margins — leaves a state that goes on to the same bits.
#include "model/losses.h"
#include "optim/descent.h"
#include "risk/empirical_risk.h"

#include "support/descent_run.h"
#include "support/models.h"
#include "support/optimizers.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::DescentRun;
using testing::LabelStyle;

/// Poisson regression from a start so bad that unit steps are far too short or too long.
class StoppableRun {
 public:
  static constexpr std::int64_t kNever = -1;

  explicit StoppableRun(std::int64_t stop_at)
      : data_(make_dataset(testing::made_share({.rows = 200, .features = 5}, LabelStyle::counts, 0, 1), {}, comm_)),
        risk_(data_, model_, Penalty(0.01, 5), {}, Execution(comm_, 1), [this, stop_at] {
          ++reductions_;
          return RideAlong{.stop = stop_at != kNever && reductions_ >= stop_at ? 1u : 0u};
        }) {}

  void run(const DescentMethod& method, OptimizerState& state, DescentRun& into) {
    into.summary = descend(risk_, method, {200, 1e-8}, {}, state, into);
  }
  static OptimizerState start() {
    OptimizerState state;
    state.parameters = Vector{{0, 0, 0, 0, 0, -4}};
    return state;
  }
  std::int64_t reductions() const { return reductions_; }
  double passes() const { return risk_.passes(); }

 private:
  SerialCommunicator comm_;
  Dataset data_;
  const LinearModel model_{5, true, make_poisson_loss()};
  std::int64_t reductions_ = 0;
  EmpiricalRisk risk_;
};

class StopOfTheRealOracle : public ::testing::TestWithParam<testing::OptimizerCase> {};

TEST_P(StopOfTheRealOracle, InAnyReductionLeavesAStateThatResumesToTheSameBits) {
  const auto method = GetParam().make();
  DescentRun whole;
  OptimizerState last = StoppableRun::start();
  StoppableRun undisturbed(StoppableRun::kNever);
  undisturbed.run(*method, last, whole);
  ASSERT_EQ(whole.summary.status, Summary::Status::converged) << whole.summary.reason;
  ASSERT_GT(undisturbed.reductions(), std::ssize(whole.points) + 1) << "nothing but full passes";
  int inside = 0;
  for (std::int64_t call = 1; call <= undisturbed.reductions(); ++call) {
    DescentRun run;
    OptimizerState state = StoppableRun::start();
    StoppableRun(call).run(*method, state, run);
    if (run.summary.status != Summary::Status::stopped) {
      continue;  // the wish came with the last iterate
    }
    ASSERT_EQ(state.parameters, run.points.empty() ? StoppableRun::start().parameters : run.points.back());
    inside += run.points.size() + 1 < static_cast<std::size_t>(call);
    StoppableRun(StoppableRun::kNever).run(*GetParam().make(), state, run);
    ASSERT_EQ(run.points.size(), whole.points.size()) << "stopped at reduction " << call;
    for (std::size_t i = 0; i < whole.points.size(); ++i) {
      ASSERT_EQ(run.points[i], whole.points[i]) << "stopped at reduction " << call << ", iteration " << i + 1;
      ASSERT_EQ(run.reports[i].objective, whole.reports[i].objective);
    }
    ASSERT_EQ(run.summary.gradient_norm, whole.summary.gradient_norm);
  }
  EXPECT_GT(inside, 3);
}

INSTANTIATE_TEST_SUITE_P(Methods, StopOfTheRealOracle, ::testing::ValuesIn(testing::full_batch_optimizers()),
                         [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace lockstep
