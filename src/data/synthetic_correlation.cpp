// The correlation of neighbours that gives dense synthetic features their condition number.
#include "data/synthetic.h"

#include <cmath>

namespace lockstep {

namespace {

/// Eigenvalues below `x` of the inverse of the matrix of ρ^|i−j|, times 1 − ρ²: tridiagonal, with 1, 1 + ρ², …, 1 in
/// the diagonal and −ρ beside it (Sturm's sequence).
std::int64_t eigenvalues_below(double x, double rho, std::int64_t d) {
  const double square = std::fma(rho, rho, 0.0);
  double pivot = 1 - x;
  std::int64_t count = pivot < 0 ? 1 : 0;
  for (std::int64_t i = 1; i < d; ++i) {
    const double diagonal = i + 1 < d ? 1 + square : 1;
    pivot = diagonal - x - square / (pivot == 0 ? 1e-300 : pivot);
    count += pivot < 0 ? 1 : 0;
  }
  return count;
}

/// The eigenvalue of that matrix with `below` smaller ones.
double eigenvalue(std::int64_t below, double rho, std::int64_t d) {
  double low = 0;
  double high = (1 + rho) * (1 + rho);
  for (int step = 0; step < 50; ++step) {
    const double middle = (low + high) / 2;
    (eigenvalues_below(middle, rho, d) > below ? high : low) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

double correlation_of_condition(double condition, std::int64_t d) {
  constexpr std::int64_t kExact = 10'000;  // above it the limit is near
  const double root = std::sqrt(condition);
  const double limit = (root - 1) / (root + 1);
  if (d == 1 || condition <= 1) {
    return 0;
  }
  double low = limit;
  double high = 1 - 0x1p-50;
  for (int step = 0; step < 50 && d <= kExact; ++step) {
    const double rho = (low + high) / 2;
    const bool is_above = eigenvalue(d - 1, rho, d) > condition * eigenvalue(0, rho, d);
    (is_above ? high : low) = rho;
  }
  return d <= kExact ? (low + high) / 2 : limit;
}

}  // namespace lockstep
