#include "support/descent_run.h"

#include "model/losses.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <gtest/gtest.h>

namespace lockstep::testing {

void DescentRun::iteration_completed(const OptimizerState& at, const IterationReport& report) {
  points.push_back(at.parameters);
  reports.push_back(report);
}

DescentRun run_descent(Objective& objective, const DescentMethod& method, const Vector& start,
                       const DescentSettings& settings, const EarlyStopping& early_stopping) {
  DescentRun run;
  run.state.parameters = start;
  run.summary = descend(objective, method, settings, early_stopping, run.state, run);
  return run;
}

void expect_same_bits_when_stopped_anywhere(const std::function<FormulaObjective()>& make_problem,
                                            const std::function<std::unique_ptr<DescentMethod>()>& make_method,
                                            const Vector& start, const DescentSettings& settings) {
  FormulaObjective undisturbed = make_problem();
  const DescentRun whole = run_descent(undisturbed, *make_method(), start, settings);
  ASSERT_GT(whole.points.size(), 3u);
  int stops = 0;
  for (int call = 1; call <= undisturbed.calls; ++call) {
    FormulaObjective stopping = make_problem();
    stopping.stop_at = call;
    DescentRun run = run_descent(stopping, *make_method(), start, settings);
    ASSERT_EQ(static_cast<std::size_t>(run.state.iteration), run.points.size());
    ASSERT_EQ(run.state.parameters, run.points.empty() ? start : run.points.back());
    if (run.summary.status != Summary::Status::stopped) {
      continue;
    }
    ++stops;
    FormulaObjective resumed = make_problem();
    OptimizerState state = run.state;
    descend(resumed, *make_method(), settings, {}, state, run);
    ASSERT_EQ(run.points.size(), whole.points.size()) << "stopped at call " << call;
    for (std::size_t i = 0; i < whole.points.size(); ++i) {
      ASSERT_EQ(run.points[i], whole.points[i]) << "stopped at call " << call << ", iteration " << i + 1;
      ASSERT_EQ(run.reports[i].objective, whole.reports[i].objective);
    }
  }
  EXPECT_GT(stops, 3);
}

Logistic::Logistic(RawData&& raw, double l2, double l1)
    : data(make_dataset(std::move(raw), {}, comm)),
      model(data.features, true, make_logistic_loss()),
      risk(data, model, Penalty(l2, data.features, l1), {}, Execution(comm, 1)) {}

RawData unequal_columns(const MadeData& made, double spread) {
  RawData raw = made_share(made, 0, 1);
  for (std::size_t i = 0; i < raw.block.dense.size(); ++i) {
    const auto j = static_cast<double>(static_cast<std::int64_t>(i) % made.features);
    raw.block.dense[i] *= std::pow(spread, j / static_cast<double>(made.features - 1));
  }
  return raw;
}

}  // namespace lockstep::testing
