/// Dense features, column-major within a panel. Columns are cache-line aligned and zero-padded to whole lanes.
#include "base/lanes.h"
#include "data/dense_kernels.h"
#include "data/feature_layouts.h"
#include "lockstep/base/errors.h"

namespace lockstep {

namespace {

class DenseColumns final : public FeatureMatrix {
 public:
  void reset(const Panels& panels, Index features, std::int64_t) override {
    features_ = features;
    panels_ = panels.panels;
    begin_.clear();
    std::size_t total = 0;
    for (const Rows& panel : panels_) {
      begin_.push_back(total);
      total += static_cast<std::size_t>(padded(panel.count) * features_);
    }
    values_.resize(total);
  }

  void fill(const RowBlock& block, Index first, int threads) override {
    const Index begin = std::ranges::lower_bound(panels_, first, {}, &Rows::begin) - panels_.begin();
    const Index end = std::ranges::lower_bound(panels_, first + block.rows, {}, &Rows::begin) - panels_.begin();
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1)
    for (Index p = begin; p < end; ++p) {
      fill_panel(block, first, panels_[static_cast<std::size_t>(p)]);
    }
  }

  void multiply(const Rows& rows, const double* w, double* z) const override {
    const Index stride = padded(rows.count);
    const double* x = panel(rows);
    std::fill(z, z + stride, 0.0);
    Index j = 0;
    for (; j + 4 <= features_; j += 4) {
      const double* x0 = x + j * stride;
      const double* x1 = x0 + stride;
      const double* x2 = x1 + stride;
      const double* x3 = x2 + stride;
      for (Index i = 0; i < stride; i += kLanes) {
        Lanes sum = Lanes::load(z + i);
        sum.add_scaled(w[j], Lanes::load(x0 + i));
        sum.add_scaled(w[j + 1], Lanes::load(x1 + i));
        sum.add_scaled(w[j + 2], Lanes::load(x2 + i));
        sum.add_scaled(w[j + 3], Lanes::load(x3 + i));
        sum.store(z + i);
      }
    }
    for (; j < features_; ++j) {
      for (Index i = 0; i < stride; i += kLanes) {
        Lanes sum = Lanes::load(z + i);
        sum.add_scaled(w[j], Lanes::load(x + j * stride + i));
        sum.store(z + i);
      }
    }
  }

  void add_transposed(const Rows& rows, const double* r, double* g) const override {
    const Index stride = padded(rows.count);
    const double* x = panel(rows);
    Index j = 0;
    for (; j + 4 <= features_; j += 4) {
      const double* x0 = x + j * stride;
      Lanes sum[4];
      for (Index i = 0; i < stride; i += kLanes) {
        const Lanes ri = Lanes::load(r + i);
        for (Index c = 0; c < 4; ++c) {
          sum[c].add_product(Lanes::load(x0 + c * stride + i), ri);
        }
      }
      for (Index c = 0; c < 4; ++c) {
        g[j + c] += sum[c].sum();
      }
    }
    for (; j < features_; ++j) {
      Lanes sum;
      for (Index i = 0; i < stride; i += kLanes) {
        sum.add_product(Lanes::load(x + j * stride + i), Lanes::load(r + i));
      }
      g[j] += sum.sum();
    }
  }

  void multiply_many(const Rows& rows, const double* w, Index stride, double* z) const override {
    const double* x = panel(rows);
    const Index height = padded(rows.count);
    dense_multiply_many(
        rows.count, features_, [=](Index i, Index j) { return x[j * height + i]; }, w, stride, z);
  }

  void add_transposed_many(const Rows& rows, const double* r, Index stride, double* g) const override {
    const double* x = panel(rows);
    const Index height = padded(rows.count);
    dense_add_transposed_many(
        rows.count, features_, [=](Index i, Index j) { return x[j * height + i]; }, r, stride, g);
  }

  void add_squared_transposed(const Rows& rows, const double* r, double* g) const override {
    const Index stride = padded(rows.count);
    const double* x = panel(rows);
    for (Index j = 0; j < features_; ++j) {
      Lanes sum;
      for (Index i = 0; i < stride; i += kLanes) {
        const Lanes xi = Lanes::load(x + j * stride + i);
        sum.add_product(xi.times(xi), Lanes::load(r + i));
      }
      g[j] += sum.sum();
    }
  }

  void add_nonzeros(const Rows& rows, double* count) const override {
    const Index stride = padded(rows.count);  // padding is zero
    const double* x = panel(rows);
    for (Index j = 0; j < features_; ++j) {
      count[j] +=
          static_cast<double>(std::count_if(x + j * stride, x + (j + 1) * stride, [](double v) { return v != 0; }));
    }
  }

  void begin_gram(GramScratch& scratch) const override {
    scratch.square.setZero(features_, features_);
  }

  /// square += AᵀA with A = √h X (SYRK), while the panel is in cache.
  void add_gram(const Rows& rows, const double* h, GramScratch& scratch, double*) const override {
    if (features_ == 0) {
      return;  // BLAS takes no matrix without columns
    }
    const Index stride = padded(rows.count);
    const auto size = static_cast<std::size_t>(stride * (features_ + 1));
    if (scratch.scaled.size() < size) {
      scratch.scaled.resize(size);
    }
    using Array = Eigen::Map<Eigen::ArrayXd, Eigen::Aligned64>;
    using ConstArray = Eigen::Map<const Eigen::ArrayXd, Eigen::Aligned64>;
    double* root = scratch.scaled.data() + stride * features_;
    Array(root, stride) = ConstArray(h, stride).sqrt();
    const double* x = panel(rows);
    for (Index j = 0; j < features_; ++j) {
      Array(scratch.scaled.data() + j * stride, stride) = ConstArray(x + j * stride, stride) * ConstArray(root, stride);
    }
    const Eigen::Map<const Matrix, Eigen::Aligned64> a(scratch.scaled.data(), stride, features_);
    scratch.square.selfadjointView<Eigen::Lower>().rankUpdate(a.transpose());
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
    change_columns(threads, [&](std::size_t column, double value) { return value * factor[column]; });
  }

  bool standardize_columns(std::span<const double> centre, std::span<const double> factor, int threads) override {
    change_columns(threads,
                   [&](std::size_t column, double value) { return (value - centre[column]) * factor[column]; });
    return true;
  }

  std::size_t bytes() const override {
    return values_.size() * sizeof(double);
  }

 private:
  /// Values but for padding, which stays zero.
  template <typename Change>
  void change_columns(int threads, Change change) {
    const auto count = std::ssize(panels_);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (Index p = 0; p < count; ++p) {
      const Rows& rows = panels_[static_cast<std::size_t>(p)];
      const Index stride = padded(rows.count);
      double* x = values_.data() + begin_[static_cast<std::size_t>(rows.panel)];
      for (Index j = 0; j < features_; ++j) {
        std::transform(x + j * stride, x + j * stride + rows.count, x + j * stride,
                       [&](double value) { return change(static_cast<std::size_t>(j), value); });
      }
    }
  }

  const double* panel(const Rows& rows) const {
    if (rows.panel < 0) {
      throw InternalError("picked rows in a layout of panels");
    }
    return values_.data() + begin_[static_cast<std::size_t>(rows.panel)];
  }

  /// Transposes one panel out of the row-major (or sparse) block, whose first row is local row `first`.
  void fill_panel(const RowBlock& block, Index first, const Rows& rows) {
    const Index stride = padded(rows.count);
    double* x = values_.data() + begin_[static_cast<std::size_t>(rows.panel)];
    if (!block.is_dense) {
      std::fill(x, x + stride * features_, 0.0);
      for (Index i = 0; i < rows.count; ++i) {
        const auto row = static_cast<std::size_t>(rows.begin - first + i);
        for (auto k = static_cast<std::size_t>(block.row_start[row]);
             k < static_cast<std::size_t>(block.row_start[row + 1]); ++k) {
          x[block.column[k] * stride + i] = block.value[k];
        }
      }
      return;
    }
    const double* from = block.dense.data() + (rows.begin - first) * features_;
    for (Index j = 0; j < features_; ++j) {
      for (Index i = 0; i < rows.count; ++i) {
        x[j * stride + i] = from[i * features_ + j];
      }
      std::fill(x + j * stride + rows.count, x + (j + 1) * stride, 0.0);
    }
  }

  /// Row by row: the cache lines of d columns stay in cache for the next rows.
  template <typename T>
  void gather_as(const Rows& rows, T* out, Index stride) const {
    for (Index i = 0; i < rows.count; ++i, out += stride) {
      const auto [x, column_stride] = column_entry(rows, i);
      for (Index j = 0; j < features_; ++j) {
        out[j] = static_cast<T>(x[j * column_stride]);
      }
      std::fill(out + features_, out + stride, T{0});
    }
  }

  /// Where column 0 of one of the rows stands, and the way to the next column.
  std::pair<const double*, Index> column_entry(const Rows& rows, Index i) const {
    const Index row = rows.row(i);
    const auto behind = std::ranges::upper_bound(panels_, row, {}, &Rows::begin);
    const Rows& own = rows.picked == nullptr ? panels_[static_cast<std::size_t>(rows.panel)] : *(behind - 1);
    return {panel(own) + (row - own.begin), padded(own.count)};
  }

  Index features_ = 0;
  std::vector<Rows> panels_;        // consecutive local rows
  std::vector<std::size_t> begin_;  // of each panel in values_
  AlignedVector<double> values_;
};

}  // namespace

std::unique_ptr<FeatureMatrix> make_dense_columns() {
  return std::make_unique<DenseColumns>();
}

void add_lower_triangle(const Matrix& square, double* packed) {
  for (Index i = 0; i < square.rows(); ++i) {
    for (Index j = 0; j <= i; ++j) {
      *packed++ += square(i, j);
    }
  }
}

}  // namespace lockstep
