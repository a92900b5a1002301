#include "data/feature_matrix.h"

#include "base/lanes.h"
#include "lockstep/base/errors.h"

#include <array>
#include <numeric>

#include "support/printing.h"
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

/// 1100 rows in two leaves, so that a leaf has several panels and the last one is short.
class GatherRows : public ::testing::TestWithParam<std::tuple<Layout, Index>> {
 protected:
  static constexpr Index kRowCount = 1100;

  GatherRows() {
    const std::array<std::int64_t, 3> leaves = {0, 537, kRowCount};
    panels_ = cut_panels(leaves, features_);
    RowBlock block;
    block.rows = kRowCount;
    block.features = features_;
    block.is_dense = true;
    for (Index i = 0; i < kRowCount; ++i) {
      for (Index j = 0; j < features_; ++j) {
        block.dense.push_back(value(i, j));
      }
    }
    matrix_ = make_feature_matrix(std::move(block), std::get<0>(GetParam()), panels_, 2);
  }

  static double value(Index row, Index column) {
    return (row + column) % 3 == 0 ? 0 : static_cast<double>(row) + static_cast<double>(column) / 7;
  }

  template <typename T>
  void expect_gathered(const Rows& rows, Index stride) const {
    std::vector<T> out(static_cast<std::size_t>(rows.count * stride + 1), T{-5});
    matrix_->gather(rows, out.data(), stride);
    for (Index i = 0; i < rows.count; ++i) {
      for (Index j = 0; j < stride; ++j) {
        const double expected = j < features_ ? value(rows.row(i), j) : 0;
        ASSERT_EQ(out[static_cast<std::size_t>(i * stride + j)], static_cast<T>(expected)) << i << ", " << j;
      }
    }
    EXPECT_EQ(out.back(), T{-5});
  }

  void expect_gathered(const Rows& rows) const {
    for (const Index stride : {features_, features_ + 1, padded(features_) + 8}) {
      expect_gathered<float>(rows, stride);
      expect_gathered<double>(rows, stride);
    }
  }

  Index features_ = std::get<1>(GetParam());
  Panels panels_;
  std::unique_ptr<FeatureMatrix> matrix_;
};

TEST_P(GatherRows, CopiesPanels) {
  for (const Rows& panel : panels_.panels) {
    expect_gathered(panel);
  }
}

TEST_P(GatherRows, CopiesPickedRowsInTheirOrder) {
  const std::vector<std::int32_t> picked = {1099, 0, 537, 536, 512, 511, 511, 538, 3, 1048, 1049};
  expect_gathered({0, std::ssize(picked), -1, picked.data()});
  expect_gathered({0, 0, -1, picked.data()});
}

/// Plans ask for it before there are rows.
TEST_P(GatherRows, BytesAreForetold) {
  double entries = 0;
  for (Index i = 0; i < kRowCount; ++i) {
    for (Index j = 0; j < features_; ++j) {
      entries += value(i, j) != 0 ? 1 : 0;
    }
  }
  const double foretold = layout_bytes(std::get<0>(GetParam()), kRowCount, features_, entries, 2);
  EXPECT_NEAR(foretold, static_cast<double>(matrix_->bytes()), 0.02 * foretold);
}

INSTANTIATE_TEST_SUITE_P(EveryLayout, GatherRows,
                         ::testing::Combine(::testing::Values(Layout::dense_columns, Layout::dense_rows,
                                                              Layout::sparse_rows),
                                            ::testing::Values(Index{1}, Index{8}, Index{13})));

/// They have no panel to read.
TEST(DenseColumns, ProductsOfPickedRowsAreRefused) {
  RowBlock block;
  block.rows = 3;
  block.features = 1;
  block.is_dense = true;
  block.dense = {1, 2, 3};
  const Panels panels = cut_panels(std::array<std::int64_t, 2>{0, 3}, 1);
  const auto matrix = make_feature_matrix(std::move(block), Layout::dense_columns, panels, 1);
  const std::int32_t picked = 2;
  const double w = 1;
  AlignedVector<double> z(static_cast<std::size_t>(padded(1)));
  double g = 0;
  EXPECT_THROW(matrix->multiply({0, 1, -1, &picked}, &w, z.data()), InternalError);
  EXPECT_THROW(matrix->add_transposed({0, 1, -1, &picked}, z.data(), &g), InternalError);
}

TEST(ChooseLayout, IsSparseBelowAQuarterRoundedDownAndNeverForThreeFeatures) {
  for (Index d = 0; d <= 3; ++d) {
    EXPECT_EQ(choose_layout(100, d, 0, Access::full_batch), Layout::dense_columns) << d;
  }
  EXPECT_EQ(choose_layout(100, 4, 99, Access::full_batch), Layout::sparse_rows);
  EXPECT_EQ(choose_layout(100, 4, 100, Access::full_batch), Layout::dense_columns);
  EXPECT_EQ(choose_layout(100, 7, 100, Access::full_batch), Layout::dense_columns) << "⌊7/4⌋ = 1";
  EXPECT_EQ(choose_layout(100, 8, 199, Access::mini_batch), Layout::sparse_rows);
}

}  // namespace
}  // namespace lockstep::testing
