/// Smooth models, full-batch optimizers, and fits as the trainer makes them: laid out, columns scaled, minimised.
#pragma once

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "support/descent_run.h"
#include "support/models.h"
#include "support/optimizers.h"
#include "support/reference_fit.h"
#include <gtest/gtest.h>

namespace lockstep::testing {

/// A model whose optimum the reference finds.
struct SmoothModel {
  ModelCase model;
  std::function<ReferenceLoss(Real y, const RealVector& z)> loss;
  Index outputs = 1;
};

inline void PrintTo(const SmoothModel& model, std::ostream* out) {
  *out << model.model.name;
}

/// The tests' width of huber's parabola.
inline constexpr double kDelta = 0.7;

std::vector<SmoothModel> smooth_models();

/// Values of a test suite: a smooth model, a full-batch optimizer, and one of each of `more`.
auto every_model_by_every_optimizer(auto... more) {
  return ::testing::Combine(::testing::ValuesIn(smooth_models()), ::testing::ValuesIn(full_batch_optimizers()),
                            more...);
}

/// Names those tests: "logistic_newton_cg".
inline constexpr auto kModelAndOptimizer = [](const auto& parameter) {
  return std::get<0>(parameter.param).model.name + "_" + std::get<1>(parameter.param).name;
};

/// A suite of every model by every optimizer; its tests take them from GetParam().
class ModelByOptimizer : public ::testing::TestWithParam<std::tuple<SmoothModel, OptimizerCase>> {};

/// Rows in memory before a reader has seen them.
struct Table {
  Matrix x;  ///< n × d
  Vector y;
  bool is_sparse = false;
  std::vector<std::string> class_names;

  /// As a reader of one rank returns them.
  RawData raw() const;
  ReferenceProblem reference(const SmoothModel& model, double l2 = 0) const;
};

Table made_table(const MadeData& made, LabelStyle style);

struct FitSettings {
  DescentSettings descent;
  double l1 = 0;
  double l2 = 0;
};

/// What the trainer would store, and how it says the run ended.
struct Fit {
  Summary summary;
  std::int64_t iterations = 0;
  Vector w;
};

Fit fit(const Table& table, const Model& model, const DescentMethod& method, const FitSettings& settings);

/// Largest distance of margins, in which a shift common to all classes is nothing.
double margin_distance(RealMatrix a, const RealMatrix& b);

}  // namespace lockstep::testing
