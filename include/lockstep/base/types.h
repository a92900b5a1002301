/// Vocabulary of the library: vectors, matrices, aligned buffers, and the words of oracle calls.
#pragma once

#include <cstddef>
#include <cstdint>
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

/// Each includes those before it.
enum class Order { value, gradient, hessian };

/// Which second derivative a product with a vector uses.
enum class Curvature {
  exact,         ///< ∇²F
  gauss_newton,  ///< Jᵀ (∇²ℓ) J: positive semidefinite where ℓ is convex in z; equal to ∇²F where z is linear in w
};

/// How often F can be differentiated, and so which slopes the remainders of its expansions have.
enum class Smoothness {
  smooth,           ///< slopes 2 and 3
  kinked_gradient,  ///< ∇F has kinks (huber, squared hinge): slope 2
  kinked,           ///< F has kinks (perceptron, relu): slope 2 between them
};

/// Step `step` of the S = ⌈n/B⌉ of an epoch, both from 0.
struct BatchPosition {
  std::int64_t epoch = 0;
  std::int64_t step = 0;
};

/// Parameters first, first + stride, … (`count` of them) whose common shift changes no margin that matters: F is
/// constant along it.
struct InvariantShift {
  Index first = 0;
  Index stride = 1;
  Index count = 0;
};

}  // namespace lockstep
