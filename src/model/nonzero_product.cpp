#include "model/nonzero_product.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace lockstep {

namespace {

/// One row's nonzeros and where its products go.
template <typename T>
struct SparseRow {
  const std::int32_t* column;
  const T* value;
  std::int64_t count;
};

/// c[0 … kPackets · kBytes / sizeof(T)) += Σ_k value_k M(column_k, …), in vector registers of kBytes.
template <int kPackets, int kBytes, typename T>
void add_columns(const SparseRow<T>& row, const T* m, Index n, T* c) {
  typedef T Packet __attribute__((vector_size(kBytes)));
  constexpr Index kWidth = kBytes / sizeof(T);
  Packet sum[kPackets];
#pragma GCC unroll 8
  for (int i = 0; i < kPackets; ++i) {
    std::memcpy(&sum[i], c + i * kWidth, sizeof(Packet));
  }
  for (std::int64_t k = 0; k < row.count; ++k) {
    const T* from = m + row.column[k] * n;
    const T x = row.value[k];
#pragma GCC unroll 8
    for (int i = 0; i < kPackets; ++i) {
      Packet part;
      std::memcpy(&part, from + i * kWidth, sizeof(part));
      sum[i] += x * part;
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < kPackets; ++i) {
    std::memcpy(c + i * kWidth, &sum[i], sizeof(Packet));
  }
}

/// Columns [first, n) of C in blocks of kPackets registers, as many as fit. A block's part of M stays in cache while
/// all rows pass.
template <int kPackets, int kBytes, typename T>
void add_blocks(const Nonzeros<T>& a, const T* m, Index n, T* c, Index& first) {
  constexpr Index kColumns = kPackets * kBytes / static_cast<Index>(sizeof(T));
  for (; first + kColumns <= n; first += kColumns) {
    for (Index i = 0; i < a.rows(); ++i) {
      const auto row = static_cast<std::size_t>(i);
      const std::int64_t begin = a.start[row];
      const std::int64_t count = a.start[row + 1] - begin;
      if (count > 0) {
        add_columns<kPackets, kBytes, T>({a.column.data() + begin, a.value.data() + begin, count}, m + first, n,
                                         c + i * n + first);
      }
    }
  }
}

}  // namespace

template <typename T>
void add_product(const Nonzeros<T>& a, const T* m, Index n, T* c) {
  Index first = 0;
  add_blocks<8, 32>(a, m, n, c, first);
  add_blocks<4, 32>(a, m, n, c, first);
  add_blocks<2, 32>(a, m, n, c, first);
  add_blocks<1, 32>(a, m, n, c, first);
  add_blocks<1, 16>(a, m, n, c, first);
  add_blocks<1, sizeof(T)>(a, m, n, c, first);
}

template <typename T>
void transpose(const Nonzeros<T>& a, Index k, Nonzeros<T>& to) {
  to.start.assign(static_cast<std::size_t>(k) + 1, 0);
  to.column.resize(a.column.size());
  to.value.resize(a.value.size());
  for (const std::int32_t column : a.column) {
    ++to.start[static_cast<std::size_t>(column)];
  }
  std::inclusive_scan(to.start.begin(), to.start.end(), to.start.begin());
  // Where each row ends becomes where it begins, as its entries are put in from the last to the first.
  for (Index i = a.rows() - 1; i >= 0; --i) {
    const auto row = static_cast<std::size_t>(i);
    for (std::int64_t at = a.start[row]; at < a.start[row + 1]; ++at) {
      const auto from = static_cast<std::size_t>(at);
      const auto place = static_cast<std::size_t>(--to.start[static_cast<std::size_t>(a.column[from])]);
      to.column[place] = static_cast<std::int32_t>(i);
      to.value[place] = a.value[from];
    }
  }
}

template <typename T>
void transpose(Index m, Index n, const T* from, Index stride, T* to, Index to_stride) {
  constexpr Index kTile = 8;
  for (Index i = 0; i < m; i += kTile) {
    for (Index j = 0; j < n; j += kTile) {
      for (Index b = j; b < std::min(j + kTile, n); ++b) {
        for (Index a = i; a < std::min(i + kTile, m); ++a) {
          to[b * to_stride + a] = from[a * stride + b];
        }
      }
    }
  }
}

template void add_product<float>(const Nonzeros<float>&, const float*, Index, float*);
template void add_product<double>(const Nonzeros<double>&, const double*, Index, double*);
template void transpose<float>(const Nonzeros<float>&, Index, Nonzeros<float>&);
template void transpose<double>(const Nonzeros<double>&, Index, Nonzeros<double>&);
template void transpose<float>(Index, Index, const float*, Index, float*, Index);
template void transpose<double>(Index, Index, const double*, Index, double*, Index);

}  // namespace lockstep
