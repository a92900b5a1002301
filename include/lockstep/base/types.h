/// Numeric vocabulary of the library: vectors, matrices, aligned buffers.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

#include <Eigen/Core>

namespace lockstep {

using Eigen::Index;
using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

/// What numbers are computed in.
enum class Scalar { float32, float64 };

/// Every numeric buffer starts on a cache line, so that no result depends on an address.
inline constexpr std::size_t kAlignment = 64;
/// Doubles in one cache line: strides and padded lengths are multiples of it.
inline constexpr Index kLanes = 8;

/// Smallest multiple of kLanes that is at least n.
constexpr Index padded(Index n) {
  return (n + kLanes - 1) / kLanes * kLanes;
}

/// Minimal allocator of cache-line aligned memory.
template <typename T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <typename U>
  AlignedAllocator(const AlignedAllocator<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{kAlignment})); }
  void deallocate(T* p, std::size_t) { ::operator delete (p, std::align_val_t{kAlignment}); }
  template <typename U>
  bool operator==(const AlignedAllocator<U>&) const {
    return true;
  }
};

template <typename T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;

}  // namespace lockstep
