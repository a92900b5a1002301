/// A mini-batch problem on made data, and what its batches hold by plain loops.
#pragma once

#include "data/batch_schedule.h"
#include "model/linear_model.h"
#include "optim/sgd.h"
#include "risk/empirical_risk.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/made_data.h"
#include "support/states.h"
#include <gtest/gtest.h>

namespace lockstep::testing {

/// The update rules by their names.
inline const std::map<std::string, MakeStochasticRule*> kStochasticRules = {{"perceptron", make_perceptron_rule},
                                                                            {"sgd", make_sgd_rule},
                                                                            {"nesterov", make_nesterov_rule},
                                                                            {"adam", make_adam_rule},
                                                                            {"adamw", make_adamw_rule}};

inline std::unique_ptr<StochasticRule> make_stochastic_rule(const std::string& name,
                                                            const RuleSettings& settings = {}) {
  return kStochasticRules.at(name)(settings);
}

inline std::vector<std::string> stochastic_rule_names() {
  std::vector<std::string> names;
  for (const auto& [name, make] : kStochasticRules) {
    names.push_back(name);
  }
  return names;
}

/// 400 rows × 7 features and an intercept in 8 lanes: p = 8, every lane holds 50 rows.
struct StochasticProblem {
  using Wishes = std::function<RideAlong()>;
  using Loss = std::unique_ptr<PointwiseLoss>;
  static constexpr std::uint64_t kSeed = 9;

  StochasticProblem(Loss loss, std::int64_t batch, double l2, Communicator& comm, int threads = 1, Wishes wishes = {})
      : StochasticProblem(made_share({.rows = 400}, comm.rank(), comm.size()), std::move(loss), batch, l2, comm,
                          threads, std::move(wishes)) {}

  StochasticProblem(RawData raw, Loss loss, std::int64_t batch, double l2, Communicator& comm, int threads = 1,
                    Wishes wishes = {})
      : data(make_dataset(std::move(raw), layout(), comm)),
        model(7, true, std::move(loss)),
        risk(data, model, Penalty(l2, 7), {batch, kSeed}, Execution(comm, threads), std::move(wishes)) {}

  static LayoutSettings layout() {
    LayoutSettings settings;
    settings.access = Access::mini_batch;
    settings.lanes = 8;
    return settings;
  }

  /// The rows that a step takes, in lane order.
  std::vector<std::int64_t> rows_of(const BatchPosition& position) const {
    std::vector<std::int64_t> rows;
    const std::int64_t lanes = data.partition.lanes;
    for (std::int64_t lane = 0; lane < lanes; ++lane) {
      const std::int64_t first = proportional_cut(lane, lanes, 400);
      const std::int64_t m = proportional_cut(lane + 1, lanes, 400) - first;
      const auto order = shuffled_lane(kSeed, position.epoch, lane, m);
      const lockstep::Run batch = batch_positions(position.step, risk.steps_per_epoch(), lane, lanes, m);
      for (std::int64_t at = batch.begin; at < batch.end; ++at) {
        rows.push_back(first + order[static_cast<std::size_t>(at)]);
      }
    }
    return rows;
  }

  /// Features of a made row, then 1 for the intercept.
  static Vector row(std::int64_t number) {
    Vector x = Vector::Ones(8);
    for (Index j = 0; j < 7; ++j) {
      x[j] = made_entry({.rows = 400}, number, j);
    }
    return x;
  }
  static double label(std::int64_t number) { return made_label({.rows = 400}, number); }

  Dataset data;
  LinearModel model;
  EmpiricalRisk risk;
};

/// Keeps a copy of the state after every step and what was reported of the epochs.
struct Recorder final : IterationObserver {
  void iteration_completed(const OptimizerState& state, const IterationReport& report) override {
    states.push_back(state);
    reports.push_back(report);
  }
  void step_completed(const OptimizerState& state) override { states.push_back(state); }
  std::vector<OptimizerState> states;
  std::vector<IterationReport> reports;
};

inline OptimizerState at_zero(Index p = 8) {
  OptimizerState state;
  state.parameters = Vector::Zero(p);
  return state;
}

}  // namespace lockstep::testing
