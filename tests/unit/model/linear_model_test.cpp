/// The fast kernels against a plain serial loop, for every layout.
#include "model/linear_model.h"

#include "lockstep/comm/communicator.h"
#include "model/losses.h"
#include "model/pass_engine.h"

#include <cmath>
#include <ostream>

#include "support/made_data.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::MadeData;

struct NaiveSums {
  double weight = 0, loss = 0, mistakes = 0;
  Vector gradient;
  Matrix hessian;
};

NaiveSums naive_sums(const MadeData& made, const Vector& w, bool intercept) {
  NaiveSums sums;
  const Index p = made.features + (intercept ? 1 : 0);
  sums.gradient = Vector::Zero(p);
  sums.hessian = Matrix::Zero(p, p);
  for (std::int64_t row = 0; row < made.rows; ++row) {
    Vector x = Vector::Ones(p);
    for (Index j = 0; j < made.features; ++j) {
      x[j] = made_entry(made, row, j);
    }
    const double y = made_label(made, row);
    const double s = made_weight(made, row);
    const double z = x.dot(w) + made_offset(made, row);
    const double mean = made.classes ? 1 / (1 + std::exp(-z)) : z;
    sums.weight += s;
    sums.loss += s * (made.classes ? std::log1p(std::exp(z)) - y * z : 0.5 * (z - y) * (z - y));
    sums.mistakes += made.classes && (2 * y - 1) * z <= 0 ? s : 0;
    sums.gradient += s * (mean - y) * x;
    sums.hessian += s * (made.classes ? mean * (1 - mean) : 1) * x * x.transpose();
  }
  return sums;
}

struct Case {
  const char* name;
  MadeData made;
  Access access = Access::full_batch;
  bool intercept = true;
  Layout layout = Layout::dense_columns;
  friend void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }
};

class LinearModelKernels : public ::testing::TestWithParam<Case> {};

TEST_P(LinearModelKernels, AgreeWithThePlainLoop) {
  const Case& test = GetParam();
  SerialCommunicator comm;
  LayoutSettings layout;
  layout.access = test.access;
  layout.lanes = 4;
  const Dataset data = testing::make_data(test.made, comm, layout);
  ASSERT_EQ(data.layout, test.layout);
  const LinearModel model(test.made.features, test.intercept,
                          test.made.classes ? make_logistic_loss() : make_squared_loss());
  const Index p = model.dimension();
  Vector w(p);
  for (Index j = 0; j < p; ++j) {
    w[j] = 0.1 * static_cast<double>(j % 7) - 0.2;
  }
  Margins margins(static_cast<std::size_t>(data.rows));
  KernelParameters prepared;
  model.prepare(w, prepared);
  ThreadedEngine engine(model, data, 2);
  Pass pass;
  pass.kind = PassKind::hessian;
  pass.w = &prepared;
  pass.keep = margins;
  const NodeStack& nodes = engine.run(pass, data, data.leaves);
  ASSERT_EQ(nodes.size(), 1u);
  const Partial& sum = nodes.partial(0);
  const NaiveSums naive = naive_sums(test.made, w, test.intercept);
  const auto near = [](double a, double b) { return std::abs(a - b) <= 1e-12 * (1 + std::abs(b)) * 100; };
  EXPECT_TRUE(near(sum.header()[0], naive.weight));
  EXPECT_TRUE(near(sum.header()[1], naive.loss));
  EXPECT_EQ(sum.header()[2], naive.mistakes);
  const double* gradient = sum.payload<double>().data();
  const double* hessian = gradient + p;
  for (Index i = 0; i < p; ++i) {
    EXPECT_TRUE(near(gradient[i], naive.gradient[i])) << i << ": " << gradient[i] << " " << naive.gradient[i];
    for (Index j = 0; j <= i; ++j) {
      EXPECT_TRUE(near(hessian[i * (i + 1) / 2 + j], naive.hessian(i, j))) << i << ", " << j;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Layouts, LinearModelKernels,
    ::testing::Values(Case{"columns", {.rows = 777, .features = 13}},
                      Case{"columns_linear_weighted_offset",
                           {.rows = 100, .features = 5, .classes = false, .weights = true, .offsets = true}},
                      Case{"columns_many_features", {.rows = 700, .features = 190}},
                      Case{"one_row", {.rows = 1, .features = 3}},
                      Case{"one_feature_no_intercept", {.rows = 65, .features = 1}, Access::full_batch, false},
                      Case{"rows", {.rows = 333, .features = 201}, Access::full_batch, true, Layout::dense_rows},
                      Case{"rows_mini_batch",
                           {.rows = 333, .features = 6, .weights = true},
                           Access::mini_batch,
                           true,
                           Layout::dense_rows},
                      Case{"sparse",
                           {.rows = 900, .features = 60, .sparse = true, .offsets = true},
                           Access::full_batch,
                           true,
                           Layout::sparse_rows},
                      Case{"sparse_no_intercept",
                           {.rows = 50, .features = 40, .sparse = true, .classes = false},
                           Access::full_batch,
                           false,
                           Layout::sparse_rows}),
    [](const auto& parameter) { return parameter.param.name; });

LossRows loss_rows(Index count, Workspace& scratch) {
  return {count,
          scratch.margin.data(),
          scratch.target.data(),
          scratch.weight.data(),
          scratch.loss.data(),
          scratch.slope.data(),
          scratch.curvature.data()};
}

TEST(LogisticLoss, StaysExactAtExtremeMargins) {
  const auto loss = make_logistic_loss();
  Workspace scratch;
  const std::vector<double> margins = {0, -0.0, 1e-300, 800, -800, 36, -36, 0.5};
  for (AlignedVector<double>* buffer :
       {&scratch.margin, &scratch.target, &scratch.weight, &scratch.loss, &scratch.slope, &scratch.curvature}) {
    buffer->assign(8, 1.0);
  }
  std::ranges::copy(margins, scratch.margin.begin());
  loss->evaluate(Order::hessian, loss_rows(8, scratch));
  for (std::size_t i = 0; i < margins.size(); ++i) {
    const long double z = margins[i];
    const long double expected = z > 0 ? log1pl(expl(-z)) : -z + log1pl(expl(z));
    EXPECT_NEAR(scratch.loss[i], static_cast<double>(expected),
                4e-16 * std::abs(static_cast<double>(expected)) + 1e-300);
    const long double slope = -1 / (1 + expl(z));
    EXPECT_NEAR(scratch.slope[i], static_cast<double>(slope), 4e-16 * std::abs(static_cast<double>(slope)) + 1e-300);
    EXPECT_GE(scratch.curvature[i], 0);
  }
}

TEST(LogisticLoss, DoesNotDependOnTheNeighbours) {
  const auto loss = make_logistic_loss();
  Workspace scratch;
  for (AlignedVector<double>* buffer :
       {&scratch.margin, &scratch.target, &scratch.weight, &scratch.loss, &scratch.slope, &scratch.curvature}) {
    buffer->assign(64, 1.0);
  }
  std::ranges::fill(scratch.margin, 0.7123);
  loss->evaluate(Order::hessian, loss_rows(64, scratch));
  for (std::size_t i = 1; i < 61; ++i) {
    EXPECT_EQ(scratch.loss[i], scratch.loss[0]);
    EXPECT_EQ(scratch.slope[i], scratch.slope[0]);
    EXPECT_EQ(scratch.curvature[i], scratch.curvature[0]);
  }
}

}  // namespace
}  // namespace lockstep
