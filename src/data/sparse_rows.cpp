/// Sparse features in compressed sparse rows.
#include "base/lanes.h"
#include "data/feature_layouts.h"

#include <algorithm>

namespace lockstep {

namespace {

class SparseRows final : public FeatureMatrix {
 public:
  SparseRows() = default;

  /// Takes rows that are compressed already.
  explicit SparseRows(RowBlock&& block)
      : start_(std::move(block.row_start)), column_(std::move(block.column)), value_(std::move(block.value)) {
    block = {};
  }

  void reset(const Panels& panels, Index, std::int64_t entries) override {
    start_.assign(1, 0);
    column_.clear();
    value_.clear();
    start_.reserve(at(panels.rows() + 1));
    column_.reserve(at(entries));
    value_.reserve(at(entries));
  }

  void fill(const RowBlock& block, Index, int) override {
    if (block.is_dense) {
      compress(block);
      return;
    }
    const std::int64_t before = start_.back();
    std::transform(block.row_start.begin() + 1, block.row_start.end(), std::back_inserter(start_),
                   [before](std::int64_t start) { return before + start; });
    column_.insert(column_.end(), block.column.begin(), block.column.end());
    value_.insert(value_.end(), block.value.begin(), block.value.end());
  }

  /// Four running sums a row, so that the additions need not wait for each other.
  void multiply(const Rows& rows, const double* w, double* z) const override {
    for (Index i = 0; i < rows.count; ++i) {
      const auto [begin, end] = range(rows.row(i));
      double sum[4] = {};
      std::int64_t k = begin;
      for (; k + 4 <= end; k += 4) {
        for (int lane = 0; lane < 4; ++lane) {
          sum[lane] += value_[at(k + lane)] * w[column_[at(k + lane)]];
        }
      }
      for (int lane = 0; k < end; ++k, ++lane) {
        sum[lane] += value_[at(k)] * w[column_[at(k)]];
      }
      z[i] = (sum[0] + sum[2]) + (sum[1] + sum[3]);
    }
    std::fill(z + rows.count, z + padded(rows.count), 0.0);
  }

  void add_transposed(const Rows& rows, const double* r, double* g) const override {
    for (Index i = 0; i < rows.count; ++i) {
      const auto [begin, end] = range(rows.row(i));
      for (std::int64_t k = begin; k < end; ++k) {
        g[column_[at(k)]] += value_[at(k)] * r[i];
      }
    }
  }

  void multiply_many(const Rows& rows, const double* w, Index stride, double* z) const override {
    for (Index i = 0; i < rows.count; ++i) {
      const auto [begin, end] = range(rows.row(i));
      for (Index c = 0; c < stride; c += kLanes) {
        Lanes sum;
        for (std::int64_t k = begin; k < end; ++k) {
          sum.add_scaled(value_[at(k)], Lanes::load(w + column_[at(k)] * stride + c));
        }
        sum.store(z + i * stride + c);
      }
    }
  }

  void add_transposed_many(const Rows& rows, const double* r, Index stride, double* g) const override {
    for (Index i = 0; i < rows.count; ++i) {
      const auto [begin, end] = range(rows.row(i));
      for (std::int64_t k = begin; k < end; ++k) {
        double* to = g + column_[at(k)] * stride;
        for (Index c = 0; c < stride; c += kLanes) {
          Lanes sum = Lanes::load(to + c);
          sum.add_scaled(value_[at(k)], Lanes::load(r + i * stride + c));
          sum.store(to + c);
        }
      }
    }
  }

  void add_squared_transposed(const Rows& rows, const double* r, double* g) const override {
    for (Index i = 0; i < rows.count; ++i) {
      const auto [begin, end] = range(rows.row(i));
      for (std::int64_t k = begin; k < end; ++k) {
        g[column_[at(k)]] += value_[at(k)] * value_[at(k)] * r[i];
      }
    }
  }

  void add_nonzeros(const Rows& rows, double* count) const override {
    for (Index i = 0; i < rows.count; ++i) {
      const auto [begin, end] = range(rows.row(i));
      for (std::int64_t k = begin; k < end; ++k) {
        count[column_[at(k)]] += value_[at(k)] != 0 ? 1.0 : 0.0;
      }
    }
  }

  void begin_gram(GramScratch&) const override {}

  void add_gram(const Rows& rows, const double* h, GramScratch&, double* packed) const override {
    for (Index i = 0; i < rows.count; ++i) {
      const auto [begin, end] = range(rows.row(i));
      for (std::int64_t k = begin; k < end; ++k) {
        const std::int64_t row = column_[at(k)];
        double* out = packed + row * (row + 1) / 2;
        const double scaled = h[i] * value_[at(k)];
        for (std::int64_t l = begin; l <= k; ++l) {
          out[column_[at(l)]] += scaled * value_[at(l)];
        }
      }
    }
  }

  void end_gram(GramScratch&, double*) const override {}

  void gather(const Rows& rows, float* out, Index stride) const override { gather_as(rows, out, stride); }
  void gather(const Rows& rows, double* out, Index stride) const override { gather_as(rows, out, stride); }
  bool gather(const Rows& rows, Nonzeros<float>& out) const override { return gather_nonzeros(rows, out); }
  bool gather(const Rows& rows, Nonzeros<double>& out) const override { return gather_nonzeros(rows, out); }

  void scale_columns(std::span<const double> factor, int threads) override {
    const auto entries = std::ssize(value_);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (std::int64_t k = 0; k < entries; ++k) {
      value_[at(k)] *= factor[at(column_[at(k)])];
    }
  }

  std::size_t bytes() const override {
    return value_.size() * (sizeof(double) + sizeof(std::int32_t)) + start_.size() * sizeof(std::int64_t);
  }

 private:
  static std::size_t at(std::int64_t k) {
    return static_cast<std::size_t>(k);
  }
  std::pair<std::int64_t, std::int64_t> range(Index row) const {
    return {start_[at(row)], start_[at(row + 1)]};
  }

  template <typename T>
  void gather_as(const Rows& rows, T* out, Index stride) const {
    for (Index i = 0; i < rows.count; ++i, out += stride) {
      std::fill(out, out + stride, T{0});
      const auto [begin, end] = range(rows.row(i));
      for (std::int64_t k = begin; k < end; ++k) {
        out[column_[at(k)]] = static_cast<T>(value_[at(k)]);
      }
    }
  }

  template <typename T>
  bool gather_nonzeros(const Rows& rows, Nonzeros<T>& out) const {
    out.start.assign(1, 0);
    out.column.clear();
    out.value.clear();
    for (Index i = 0; i < rows.count; ++i) {
      const auto [begin, end] = range(rows.row(i));
      out.column.insert(out.column.end(), column_.begin() + begin, column_.begin() + end);
      std::transform(value_.begin() + begin, value_.begin() + end, std::back_inserter(out.value),
                     [](double value) { return static_cast<T>(value); });
      out.start.push_back(std::ssize(out.column));
    }
    return true;
  }

  void compress(const RowBlock& block) {
    for (std::int64_t i = 0; i < block.rows; ++i) {
      for (std::int64_t j = 0; j < block.features; ++j) {
        const double x = block.dense[at(i * block.features + j)];
        if (x != 0) {
          column_.push_back(static_cast<std::int32_t>(j));
          value_.push_back(x);
        }
      }
      start_.push_back(std::ssize(value_));
    }
  }

  std::vector<std::int64_t> start_ = {0};
  std::vector<std::int32_t> column_;
  std::vector<double> value_;
};

}  // namespace

std::unique_ptr<FeatureMatrix> make_sparse_rows() {
  return std::make_unique<SparseRows>();
}

std::unique_ptr<FeatureMatrix> make_sparse_rows(RowBlock&& block) {
  return std::make_unique<SparseRows>(std::move(block));
}

}  // namespace lockstep
