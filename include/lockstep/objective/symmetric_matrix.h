/// A symmetric matrix held as its packed lower triangle, row by row: entry (i, j), j ≤ i, at i(i+1)/2 + j.
#pragma once

#include "lockstep/base/types.h"

#include <utility>

namespace lockstep {

class SymmetricMatrix {
 public:
  SymmetricMatrix() = default;

  /// Makes room for an n × n matrix; the content is unspecified.
  void resize(Index n) {
    size_ = n;
    packed_.resize(n * (n + 1) / 2);
  }
  Index size() const { return size_; }
  double operator()(Index i, Index j) const { return packed_[position(i, j)]; }
  double& operator()(Index i, Index j) { return packed_[position(i, j)]; }

  /// The n(n+1)/2 entries.
  Vector& packed() { return packed_; }
  const Vector& packed() const { return packed_; }

 private:
  static Index position(Index i, Index j) {
    if (j > i) {
      std::swap(i, j);
    }
    return i * (i + 1) / 2 + j;
  }
  Index size_ = 0;
  Vector packed_;
};

}  // namespace lockstep
