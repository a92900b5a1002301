/// Fixed-order vector kernels: sums run in eight lanes that are added up in one order, so no result depends on an
/// address, on the vector width of the processor or on how the compiler vectorises.
#pragma once

#include "lockstep/base/types.h"

#include <cstring>

namespace lockstep {

/// Eight doubles: two AVX registers or one AVX-512 register.
struct Lanes {
  typedef double Half __attribute__((vector_size(32)));
  Half low = {0, 0, 0, 0};
  Half high = {0, 0, 0, 0};

  static Lanes load(const double* p) {
    Lanes v;
    std::memcpy(&v.low, p, sizeof(Half));
    std::memcpy(&v.high, p + 4, sizeof(Half));
    return v;
  }
  void store(double* p) const {
    std::memcpy(p, &low, sizeof(Half));
    std::memcpy(p + 4, &high, sizeof(Half));
  }
  /// this += a · b
  void add_product(const Lanes& a, const Lanes& b) {
    low += a.low * b.low;
    high += a.high * b.high;
  }
  void add_scaled(double a, const Lanes& b) {
    low += a * b.low;
    high += a * b.high;
  }
  void add(const Lanes& a) {
    low += a.low;
    high += a.high;
  }
  Lanes times(const Lanes& a) const { return {low * a.low, high * a.high}; }
  double sum() const {
    const Half s = low + high;
    return (s[0] + s[2]) + (s[1] + s[3]);
  }
};

/// Σ a_i
inline double lane_sum(const double* a, Index n) {
  Lanes total;
  Index i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    total.add(Lanes::load(a + i));
  }
  double tail = 0;
  for (; i < n; ++i) {
    tail += a[i];
  }
  return total.sum() + tail;
}

/// Σ a_i b_i
inline double lane_dot(const double* a, const double* b, Index n) {
  Lanes even;
  Lanes odd;
  Index i = 0;
  for (; i + 2 * kLanes <= n; i += 2 * kLanes) {
    even.add_product(Lanes::load(a + i), Lanes::load(b + i));
    odd.add_product(Lanes::load(a + i + kLanes), Lanes::load(b + i + kLanes));
  }
  if (i + kLanes <= n) {
    even.add_product(Lanes::load(a + i), Lanes::load(b + i));
    i += kLanes;
  }
  double tail = 0;
  for (; i < n; ++i) {
    tail += a[i] * b[i];
  }
  even.add(odd);
  return even.sum() + tail;
}

/// Σ a_i b_i of two vectors of one length.
inline double dot(const Vector& a, const Vector& b) {
  return lane_dot(a.data(), b.data(), a.size());
}

/// ‖a‖₂, without overflow for entries below 1e150.
double norm(const Vector& a);

}  // namespace lockstep
