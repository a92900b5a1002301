/// Full-batch runs as tests see them.
#pragma once

#include "model/linear_model.h"
#include "optim/descent.h"
#include "risk/empirical_risk.h"

#include <functional>
#include <memory>
#include <vector>

#include "support/made_data.h"
#include "support/problem_zoo.h"

namespace lockstep::testing {

/// A run and all its iterations.
struct DescentRun final : IterationObserver {
  void iteration_completed(const OptimizerState& at, const IterationReport& report) override;
  void step_completed(const OptimizerState&) override {}
  Summary summary;
  OptimizerState state;
  std::vector<Vector> points;
  std::vector<IterationReport> reports;
};

DescentRun run_descent(Objective& objective, const DescentMethod& method, const Vector& start,
                       const DescentSettings& settings = {}, const EarlyStopping& early_stopping = {});

/// Stops at each oracle call of a run in turn, and resumes from a copy of the state with a new method and a new oracle:
/// the points of both parts together must be those of the undisturbed run.
void expect_same_bits_when_stopped_anywhere(const std::function<FormulaObjective()>& make_problem,
                                            const std::function<std::unique_ptr<DescentMethod>()>& make_method,
                                            const Vector& start, const DescentSettings& settings);

/// Logistic data in memory with a risk on them.
struct Logistic {
  explicit Logistic(RawData&& raw, double l2 = 0.01, double l1 = 0);
  SerialCommunicator comm;
  Dataset data;
  LinearModel model;
  EmpiricalRisk risk;
};

/// Made rows whose columns have the units 1 … `spread` in equal ratios.
RawData unequal_columns(const MadeData& made, double spread);

}  // namespace lockstep::testing
