/// Optima at infinity: F recedes where a direction lowers the losses of some rows for ever and raises none. Runs say so
/// of such data, and never of data whose classes all but separate.
#include "base/random.h"
#include "optim/numerical_stops.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <tuple>

#include "support/fits.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::OptimizerCase;
using testing::ReferenceOptimum;
using testing::SmoothModel;
using testing::Table;

SmoothModel smooth_model(const std::string& name) {
  const std::vector<SmoothModel> models = testing::smooth_models();
  return *std::ranges::find(models, name, [](const SmoothModel& model) { return model.model.name; });
}

Table normal_columns(RandomStream& random, Index rows, Index features) {
  Table table;
  table.x = Matrix::NullaryExpr(rows, features, [&] { return random.normal(); });
  table.y = Vector::NullaryExpr(rows, [&] { return random.below(3); });
  table.class_names = {"low", "middle", "high"};
  return table;
}

/// An indicator of one row.
Table rare_indicator(RandomStream& random) {
  Table table = normal_columns(random, 60, 4);
  table.x.col(0).setZero();
  table.x(static_cast<Index>(random.below(60)), 0) = 1;
  return table;
}

/// One class lies apart from the two others, which mix.
Table class_apart(RandomStream& random) {
  Table table = normal_columns(random, 30, 3);
  for (Index i = 0; i < table.y.size(); ++i) {
    const bool is_apart = table.x(i, 0) + 0.5 * table.x(i, 1) > 0.5;
    table.y[i] = is_apart ? 2 : random.below(2);
  }
  return table;
}

/// One class lies at one side of the two others, with rows of all three on the border.
Table touching_class(RandomStream& random) {
  Table table = normal_columns(random, 60, 3);
  for (Index i = 0; i < table.y.size(); ++i) {
    const double side = std::round(table.x(i, 0));
    table.x(i, 0) = side;
    table.y[i] = side > 0 ? 2 : side < 0 ? random.below(2) : random.below(3);
  }
  return table;
}

struct RecedingCase {
  const char* name;
  Table (*make)(RandomStream&);
};

void PrintTo(const RecedingCase& data, std::ostream* out) {
  *out << data.name;
}

/// Losses of other rows remain, so that F falls ever more slowly towards a limit far above zero. Steepest descent,
/// whose parameters grow like the logarithm of its iterations, need not come so far that this shows.
class QuasiSeparatedSoftmax : public ::testing::TestWithParam<std::tuple<RecedingCase, OptimizerCase>> {};

TEST_P(QuasiSeparatedSoftmax, HasNoFiniteOptimum) {
  const auto& [data, optimizer] = GetParam();
  const SmoothModel softmax = smooth_model("softmax");
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomStream random(seed, 0, 8);
    Table table = data.make(random);
    for (Index j = 0; j < table.x.cols(); ++j) {
      table.x.col(j) *= std::pow(10.0, 12 * random.uniform() - 6);
    }
    try {
      const testing::Fit fit = testing::fit(table, *softmax.model.make(table.x.cols()), *optimizer.make(), {{1000}});
      EXPECT_EQ(fit.summary.status, Summary::Status::limit_reached) << "seed " << seed << ": " << fit.summary.reason;
      EXPECT_EQ(optimizer.name, "gd") << "seed " << seed << ": " << fit.summary.reason;
    } catch (const NoFiniteOptimum&) {
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryOptimizer, QuasiSeparatedSoftmax,
                         ::testing::Combine(::testing::Values(RecedingCase{"rare_indicator", rare_indicator},
                                                              RecedingCase{"class_apart", class_apart},
                                                              RecedingCase{"touching_class", touching_class}),
                                            ::testing::ValuesIn(testing::full_batch_optimizers())),
                         [](const auto& parameter) {
                           return std::string(std::get<0>(parameter.param).name) + "_" +
                                  std::get<1>(parameter.param).name;
                         });

/// The classes lie side by side, but for two rows that change places, `overlap` beyond each border. Each row has a
/// mirror image in the second column, which therefore separates nothing.
Table nearly_separated(Index classes, double overlap, std::uint64_t seed) {
  constexpr Index kRowsOfClass = 20;
  RandomStream random(seed, 0, 9);
  Table table;
  table.x.resize(2 * classes * kRowsOfClass, 2);
  table.y.resize(table.x.rows());
  table.class_names = {"low", "middle", "high"};
  table.class_names.resize(static_cast<std::size_t>(classes));
  for (Index i = 0; i < table.y.size(); i += 2) {
    const Index label = i / (2 * kRowsOfClass);
    const Index place = i / 2 % kRowsOfClass;
    const double lower = static_cast<double>(label);
    const double beside = random.normal();
    const double inside = lower + 0.1 + 0.8 * random.uniform();
    const double x = place == 0 && label > 0             ? lower - overlap
                     : place == 1 && label + 1 < classes ? lower + 1 + overlap
                                                         : inside;
    table.x.row(i) << x, beside;
    table.x.row(i + 1) << x, -beside;
    table.y.segment(i, 2).setConstant(static_cast<double>(label));
  }
  return table;
}

class NearlySeparatedClasses : public ::testing::TestWithParam<std::tuple<SmoothModel, OptimizerCase>> {};

TEST_P(NearlySeparatedClasses, HaveAFiniteOptimumWhereverTheRunEnds) {
  const auto& [model, optimizer] = GetParam();
  for (const double overlap : {1e-2, 1e-3, 1e-4}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const Table table = nearly_separated(model.outputs == 1 ? 2 : 3, overlap, seed);
      const ReferenceOptimum best = testing::reference_optimum(table.reference(model));
      ASSERT_LT(best.promise, 1e-15L);
      ASSERT_GT(best.margins.cwiseAbs().maxCoeff(), 5);
      for (const std::int64_t iterations : {1, 2, 5, 10, 15, 18, 19, 20, 21, 22, 24, 27, 30, 40, 200, 1000}) {
        std::optional<testing::Fit> fit;
        EXPECT_NO_THROW(fit = testing::fit(table, *model.model.make(2), *optimizer.make(), {{iterations}}))
            << "overlap " << overlap << ", seed " << seed << ", " << iterations << " iterations";
        if (iterations == 1000 && optimizer.name != "gd" && fit) {
          EXPECT_EQ(fit->summary.status, Summary::Status::converged) << fit->summary.reason;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryOptimizer, NearlySeparatedClasses,
                         ::testing::Combine(::testing::Values(smooth_model("logistic"), smooth_model("softmax")),
                                            ::testing::ValuesIn(testing::full_batch_optimizers())),
                         testing::kModelAndOptimizer);

}  // namespace
}  // namespace lockstep
