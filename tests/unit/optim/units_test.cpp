/// Units are a matter of taste: columns and labels multiplied by anything change neither how a run ends nor what it
/// predicts.
#include "model/losses.h"

#include <cmath>
#include <ostream>
#include <tuple>

#include "support/fits.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::Fit;
using testing::OptimizerCase;
using testing::Real;
using testing::RealMatrix;
using testing::RealVector;
using testing::ReferenceOptimum;
using testing::ReferenceProblem;
using testing::SmoothModel;
using testing::Table;

constexpr double kTolerance = 1e-9;
constexpr Index kFeatures = 4;

/// Some classes are as they come, or steepest descent has far to go.
Table made_problem(const SmoothModel& model, bool is_sparse) {
  Table table = testing::made_table({.rows = 120, .features = kFeatures, .sparse = is_sparse}, model.model.labels);
  for (Index i = 0; i < table.y.size() && model.outputs > 1; i += 3) {
    table.y[i] = static_cast<double>(i / 3 % model.outputs);
  }
  return table;
}

Table with_columns_multiplied(Table table, const Vector& by) {
  table.x = table.x * by.asDiagonal();
  return table;
}

/// Factors of the columns: each alone, and all at once.
std::vector<Vector> changes_of_units(double factor) {
  std::vector<Vector> changes;
  for (Index j = 0; j < kFeatures; ++j) {
    for (const double by : {factor, 1 / factor}) {
      Vector one = Vector::Ones(kFeatures);
      one[j] = by;
      changes.push_back(one);
    }
  }
  changes.push_back(Vector{{factor, 1 / factor, 1, factor}});
  return changes;
}

std::string text(const Vector& factors) {
  return ::testing::PrintToString(std::vector<double>(factors.begin(), factors.end()));
}

/// `known` are the optimum's margins, of size `size`.
void expect_at(const RealMatrix& known, double size, const Table& table, const Fit& fit, const std::string& what) {
  EXPECT_EQ(fit.summary.status, Summary::Status::converged) << what << ": " << fit.summary.reason;
  ReferenceProblem problem;
  problem.x = table.x.cast<Real>();
  problem.outputs = known.cols();
  const RealMatrix margins = problem.margins(fit.w.cast<Real>());
  EXPECT_LT(testing::margin_distance(margins, known), 20 * kTolerance * size) << what << ": " << fit.summary.reason;
}

std::string name_of(const auto& parameter) {
  return testing::kModelAndOptimizer(parameter) + (std::get<2>(parameter.param) ? "_sparse" : "_dense");
}

class UnitsOfColumns : public ::testing::TestWithParam<std::tuple<SmoothModel, OptimizerCase, bool>> {
 protected:
  void expect_same_predictions(const std::vector<Vector>& changes) {
    const auto& [model, optimizer, is_sparse] = GetParam();
    const Table table = made_problem(model, is_sparse);
    const ReferenceOptimum known = testing::reference_optimum(table.reference(model));
    ASSERT_LT(known.promise, 1e-20L);
    for (const Vector& change : changes) {
      const Table changed = with_columns_multiplied(table, change);
      const Fit fit = testing::fit(changed, *model.model.make(kFeatures), *optimizer.make(), {{1000, kTolerance}});
      expect_at(known.margins, 1, changed, fit, "columns times " + text(change));
      EXPECT_NEAR(fit.summary.objective, static_cast<double>(known.value), 1e-14 * static_cast<double>(known.scale));
    }
  }
};

TEST_P(UnitsOfColumns, ChangeNeitherVerdictNorPredictions) {
  std::vector<Vector> changes = changes_of_units(1e12);
  changes.push_back(Vector::Ones(kFeatures));
  expect_same_predictions(changes);
}

TEST_P(UnitsOfColumns, MayLieAtTheEndsOfTheRangeOfNumbers) {
  expect_same_predictions({Vector::Constant(kFeatures, 1e-300), Vector{{1e150, 1e-150, 1, 1e150}}});
}

INSTANTIATE_TEST_SUITE_P(EveryModelByEveryOptimizer, UnitsOfColumns,
                         testing::every_model_by_every_optimizer(::testing::Bool()),
                         [](const auto& parameter) { return name_of(parameter); });

/// The model's scale of labels: z* times c and F* times c² (linear; huber with δ), or a longer intercept (gamma).
struct RescaledLabels {
  explicit RescaledLabels(const SmoothModel& of, double by) : model(of), factor(by) {
    if (of.model.name == "huber") {
      model.loss = testing::reference_losses::huber(testing::kDelta * by);
      model.model.make = [by](Index d) {
        return std::make_unique<LinearModel>(d, true, make_huber_loss(testing::kDelta * by));
      };
    }
  }
  bool has_log_link() const { return model.model.name == "gamma"; }
  RealMatrix margins(const RealMatrix& known) const {
    return has_log_link() ? RealMatrix(known.array() + std::log(static_cast<Real>(factor)))
                          : RealMatrix(factor * known);
  }
  double size() const { return has_log_link() ? 1 : factor; }
  SmoothModel model;
  double factor;
};

class UnitOfLabels : public UnitsOfColumns {};

TEST_P(UnitOfLabels, ChangesThePredictionsByItAloneAndNotTheVerdict) {
  const auto& [model, optimizer, is_sparse] = GetParam();
  const Table table = made_problem(model, is_sparse);
  const ReferenceOptimum known = testing::reference_optimum(table.reference(model));
  for (const double factor : {1e6, 1e-6}) {
    const RescaledLabels rescaled(model, factor);
    Table changed = table;
    changed.y *= factor;
    const Fit fit =
        testing::fit(changed, *rescaled.model.model.make(kFeatures), *optimizer.make(), {{1000, kTolerance}});
    expect_at(rescaled.margins(known.margins), rescaled.size(), changed, fit, "labels times " + std::to_string(factor));
  }
}

std::vector<SmoothModel> models_of_scaled_labels() {
  std::vector<SmoothModel> models;
  for (SmoothModel& model : testing::smooth_models()) {
    if (model.model.name == "linear" || model.model.name == "huber" || model.model.name == "gamma") {
      models.push_back(std::move(model));
    }
  }
  return models;
}

INSTANTIATE_TEST_SUITE_P(EveryModelByEveryOptimizer, UnitOfLabels,
                         ::testing::Combine(::testing::ValuesIn(models_of_scaled_labels()),
                                            ::testing::ValuesIn(testing::full_batch_optimizers()), ::testing::Bool()),
                         [](const auto& parameter) { return name_of(parameter); });

/// The optimum among points with the zeros and signs of `w`, which is the optimum of all exactly where its signs are
/// those and the slopes at its zeros are within the penalty.
ReferenceOptimum optimum_with_support_of(const Vector& w, double l1, ReferenceProblem problem) {
  problem.tilt = RealVector::Zero(w.size());
  problem.is_fixed.assign(static_cast<std::size_t>(w.size()), false);
  for (Index j = 0; j < problem.coefficients(); ++j) {
    problem.is_fixed[static_cast<std::size_t>(j)] = w[j] == 0;
    problem.tilt[j] = w[j] == 0 ? 0 : std::copysign(static_cast<Real>(l1), static_cast<Real>(w[j]));
  }
  ReferenceOptimum optimum = testing::reference_optimum(problem);
  for (Index j = 0; j < problem.coefficients(); ++j) {
    if (w[j] == 0) {
      EXPECT_LE(std::abs(optimum.gradient[j]), l1) << "parameter " << j << " does not belong at zero";
    } else {
      EXPECT_GT(optimum.w[j] * w[j], 0) << "parameter " << j << " belongs at zero";
    }
  }
  return optimum;
}

class UnitsWithL1 : public ::testing::TestWithParam<std::tuple<SmoothModel, OptimizerCase, bool>> {
 protected:
  static constexpr double kL1 = 0.05;

  static void expect_optimum(const SmoothModel& model, const Table& table, double l1, double size,
                             const std::string& what) {
    const Fit fit = testing::fit(table, *model.model.make(kFeatures), *make_lbfgs(), {{1000, kTolerance}, l1});
    const ReferenceOptimum known = optimum_with_support_of(fit.w, l1, table.reference(model));
    expect_at(known.margins, size, table, fit, what);
  }
};

/// The penalty stays on the coefficients as people see them: on a column times 1e12 it is next to nothing, one times
/// 1e-12 is out. The common shift of a feature's softmax coefficients is left to the penalty, which must be more than
/// rounding of the gradient for that.
TEST_P(UnitsWithL1, OfColumnsLeadToTheOptimumOfThatPenalty) {
  const auto& [model, optimizer, is_sparse] = GetParam();
  for (const Vector& change : changes_of_units(model.outputs > 1 ? 1e4 : 1e12)) {
    const Table changed = with_columns_multiplied(made_problem(model, is_sparse), change);
    expect_optimum(model, changed, kL1, 1, "columns times " + text(change));
  }
}

/// With labels and penalty times c a linear or huber fit is c times as large; a gamma fit has a longer intercept.
TEST_P(UnitsWithL1, OfLabelsScaleThePenaltyAlong) {
  const auto& [model, optimizer, is_sparse] = GetParam();
  if (model.model.labels != testing::LabelStyle::real && model.model.labels != testing::LabelStyle::positives) {
    return;  // classes and counts have no unit
  }
  for (const double factor : {1e6, 1e-6}) {
    const RescaledLabels rescaled(model, factor);
    Table changed = made_problem(model, is_sparse);
    changed.y *= factor;
    const double l1 = rescaled.has_log_link() ? kL1 : kL1 * factor;
    expect_optimum(rescaled.model, changed, l1, rescaled.size(), "labels times " + std::to_string(factor));
  }
}

INSTANTIATE_TEST_SUITE_P(EveryModelByLbfgs, UnitsWithL1,
                         ::testing::Combine(::testing::ValuesIn(testing::smooth_models()),
                                            ::testing::Values(OptimizerCase{"lbfgs", [] { return make_lbfgs(); }}),
                                            ::testing::Bool()),
                         [](const auto& parameter) { return name_of(parameter); });

}  // namespace
}  // namespace lockstep
