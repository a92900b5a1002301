/// Dense features, row-major; rows start on a cache line and are zero-padded to whole lanes.
#include "base/lanes.h"
#include "data/dense_kernels.h"
#include "data/feature_layouts.h"

#include <algorithm>
#include <cmath>

namespace lockstep {

namespace {

class DenseRows final : public FeatureMatrix {
 public:
  void reset(const Panels& panels, Index features, std::int64_t) override {
    features_ = features;
    stride_ = padded(features);
    values_.resize(static_cast<std::size_t>(panels.rows() * stride_));
  }

  void fill(const RowBlock& block, Index first, int threads) override {
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1)
    for (std::int64_t i = 0; i < block.rows; ++i) {
      fill_row(block, i, values_.data() + (first + i) * stride_);
    }
  }

  void multiply(const Rows& rows, const double* w, double* z) const override {
    for (Index i = 0; i < rows.count; ++i) {
      z[i] = lane_dot(row(rows, i), w, features_);
    }
    std::fill(z + rows.count, z + padded(rows.count), 0.0);
  }

  void add_transposed(const Rows& rows, const double* r, double* g) const override {
    Index i = 0;
    for (; i + 4 <= rows.count; i += 4) {
      const double* x0 = row(rows, i);
      const double* x1 = row(rows, i + 1);
      const double* x2 = row(rows, i + 2);
      const double* x3 = row(rows, i + 3);
      for (Index j = 0; j < features_; ++j) {
        g[j] = g[j] + x0[j] * r[i] + x1[j] * r[i + 1] + x2[j] * r[i + 2] + x3[j] * r[i + 3];
      }
    }
    for (; i < rows.count; ++i) {
      const double* x = row(rows, i);
      for (Index j = 0; j < features_; ++j) {
        g[j] += x[j] * r[i];
      }
    }
  }

  void multiply_many(const Rows& rows, const double* w, Index stride, double* z) const override {
    dense_multiply_many(
        rows.count, features_, [&](Index i, Index j) { return row(rows, i)[j]; }, w, stride, z);
  }

  void add_transposed_many(const Rows& rows, const double* r, Index stride, double* g) const override {
    dense_add_transposed_many(
        rows.count, features_, [&](Index i, Index j) { return row(rows, i)[j]; }, r, stride, g);
  }

  void add_squared_transposed(const Rows& rows, const double* r, double* g) const override {
    for (Index i = 0; i < rows.count; ++i) {
      const double* x = row(rows, i);
      for (Index j = 0; j < features_; ++j) {
        g[j] += x[j] * x[j] * r[i];
      }
    }
  }

  void add_nonzeros(const Rows& rows, double* count) const override {
    for (Index i = 0; i < rows.count; ++i) {
      const double* x = row(rows, i);
      for (Index j = 0; j < features_; ++j) {
        count[j] += x[j] != 0 ? 1.0 : 0.0;
      }
    }
  }

  void begin_gram(GramScratch& scratch) const override {
    scratch.square.setZero(features_, features_);
  }

  void add_gram(const Rows& rows, const double* h, GramScratch& scratch, double*) const override {
    if (features_ == 0) {
      return;  // BLAS takes no matrix without columns
    }
    const auto size = static_cast<std::size_t>(stride_ * rows.count);
    if (scratch.scaled.size() < size) {
      scratch.scaled.resize(size);
    }
    for (Index i = 0; i < rows.count; ++i) {
      const double root = std::sqrt(h[i]);
      const double* x = row(rows, i);
      double* a = scratch.scaled.data() + i * stride_;
      for (Index j = 0; j < features_; ++j) {
        a[j] = x[j] * root;
      }
    }
    const Eigen::Map<const Matrix, Eigen::Aligned64, Eigen::OuterStride<>> a(scratch.scaled.data(), features_,
                                                                             rows.count, Eigen::OuterStride<>(stride_));
    scratch.square.selfadjointView<Eigen::Lower>().rankUpdate(a);
  }

  void end_gram(GramScratch& scratch, double* packed) const override {
    add_lower_triangle(scratch.square, packed);
  }

  void gather(const Rows& rows, float* out, Index stride) const override {
    gather_as(rows, out, stride);
  }
  void gather(const Rows& rows, double* out, Index stride) const override {
    gather_as(rows, out, stride);
  }

  void scale_columns(std::span<const double> factor, int threads) override {
    const Index rows = stride_ == 0 ? 0 : std::ssize(values_) / stride_;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (Index i = 0; i < rows; ++i) {
      double* x = values_.data() + i * stride_;
      std::transform(x, x + features_, factor.begin(), x, [](double value, double by) { return value * by; });
    }
  }

  bool standardize_columns(std::span<const double> centre, std::span<const double> factor, int threads) override {
    const Index rows = stride_ == 0 ? 0 : std::ssize(values_) / stride_;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (Index i = 0; i < rows; ++i) {
      double* x = values_.data() + i * stride_;
      for (std::size_t j = 0; j < centre.size(); ++j) {
        x[j] = (x[j] - centre[j]) * factor[j];
      }
    }
    return true;
  }

  std::size_t bytes() const override {
    return values_.size() * sizeof(double);
  }

 private:
  const double* row(const Rows& rows, Index i) const {
    return values_.data() + rows.row(i) * stride_;
  }

  template <typename T>
  void gather_as(const Rows& rows, T* out, Index stride) const {
    for (Index i = 0; i < rows.count; ++i, out += stride) {
      const double* x = row(rows, i);
      std::transform(x, x + features_, out, [](double value) { return static_cast<T>(value); });
      std::fill(out + features_, out + stride, T{0});
    }
  }

  void fill_row(const RowBlock& block, std::int64_t i, double* x) {
    if (block.is_dense) {
      std::fill(std::copy_n(block.dense.data() + i * features_, features_, x), x + stride_, 0.0);
      return;
    }
    std::fill(x, x + stride_, 0.0);
    const auto at = static_cast<std::size_t>(i);
    for (auto k = static_cast<std::size_t>(block.row_start[at]); k < static_cast<std::size_t>(block.row_start[at + 1]);
         ++k) {
      x[block.column[k]] = block.value[k];
    }
  }

  Index features_ = 0;
  Index stride_ = 0;
  AlignedVector<double> values_;
};

}  // namespace

std::unique_ptr<FeatureMatrix> make_dense_rows() {
  return std::make_unique<DenseRows>();
}

}  // namespace lockstep
