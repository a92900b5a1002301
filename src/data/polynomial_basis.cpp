#include "data/polynomial_basis.h"

#include "base/exact_sum.h"
#include "data/formula.h"
#include "lockstep/base/errors.h"
#include "lockstep/comm/communicator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <set>

#include <fmt/format.h>

namespace lockstep {

namespace {

double sum_of_all(const ExactSum& mine, Communicator& comm) {
  ExactSum sum;
  for (const ExactSum& part : all_gather_value(comm, mine)) {
    sum.add(part);
  }
  return sum.value();
}

/// How many different values all ranks have, counted up to degree + 1.
std::size_t count_different(std::span<const double> values, int degree, Communicator& comm) {
  const auto most = static_cast<std::size_t>(degree) + 1;
  std::set<double> different;
  for (auto value = values.begin(); value != values.end() && different.size() < most; ++value) {
    different.insert(*value);
  }
  std::array<double, kHighestDegree + 1> mine{};
  mine.fill(std::numeric_limits<double>::quiet_NaN());
  std::ranges::copy(different, mine.begin());
  for (const auto& theirs : all_gather_value(comm, mine)) {
    std::ranges::copy_if(theirs, std::inserter(different, different.end()), [](double x) { return !std::isnan(x); });
  }
  return std::min(most, different.size());
}

/// use(j, p_j) for j = 1 to the number of α that are known.
template <typename Use>
void recur(const PolynomialBasis& basis, double t, Use use) {
  double before = 0;
  double p = 1;
  for (std::size_t j = 0; j < basis.alpha.size(); ++j) {
    const double ratio = j == 0 ? 0 : basis.norm2[j] / basis.norm2[j - 1];
    const double next = (t - basis.alpha[j]) * p - ratio * before;
    before = p;
    p = next;
    use(j + 1, p);
  }
}

/// ν_j and α_{j+1} ν_j over all ranks' values, j being the number of α that are known.
struct Moments {
  double norm2 = 0;
  double weighted = 0;
};

Moments moments_of(const PolynomialBasis& basis, std::span<const double> values, Communicator& comm) {
  ExactSum norm2;
  ExactSum weighted;
  for (const double x : values) {
    const double t = (x - basis.centre) * basis.scale;
    double last = 1;
    recur(basis, t, [&](std::size_t, double p) { last = p; });
    norm2.add(last * last);
    weighted.add(t * (last * last));
  }
  return {sum_of_all(norm2, comm), sum_of_all(weighted, comm)};
}

/// All of its polynomials 0, for rows that tell nothing.
PolynomialBasis empty_basis(int degree) {
  PolynomialBasis basis{.scale = 0};
  basis.alpha.assign(static_cast<std::size_t>(degree), 0);
  basis.norm2.assign(static_cast<std::size_t>(degree) + 1, 1);
  return basis;
}

}  // namespace

void PolynomialBasis::values(double x, std::span<double> to) const {
  recur(*this, (x - centre) * scale, [&](std::size_t j, double p) { to[j - 1] = p / std::sqrt(norm2[j]); });
}

PolynomialBasis learn_basis(std::span<const double> values, int degree, const std::string& what, Communicator& comm) {
  PolynomialBasis basis;
  const std::int64_t count = all_sum(comm, std::ssize(values));
  if (count == 0) {
    return empty_basis(degree);
  }
  if (const std::size_t different = count_different(values, degree, comm);
      different <= static_cast<std::size_t>(degree)) {
    throw Agreed<DataError>(
        fmt::format("{}: there are only {} different values; the degree must be below that", what, different));
  }
  ExactSum sum;
  for (const double x : values) {
    sum.add(x);
  }
  basis.centre = sum_of_all(sum, comm) / static_cast<double>(count);
  double farthest = 0;
  for (const double x : values) {
    farthest = std::max(farthest, std::abs(x - basis.centre));
  }
  farthest = std::ranges::max(all_gather_value(comm, farthest));
  if (!std::isfinite(basis.centre) || !std::isfinite(farthest) || farthest == 0) {
    throw Agreed<DataError>(what + ": the values are too far from each other for a float64, or too near");
  }
  basis.scale = std::ldexp(1.0, -(std::ilogb(farthest) + 1));
  if (!std::isfinite(basis.scale)) {
    throw Agreed<DataError>(what + ": the values are too near each other for a float64");
  }
  for (int j = 0; j <= degree; ++j) {
    const Moments moments = moments_of(basis, values, comm);
    if (!(moments.norm2 > 0)) {
      throw Agreed<DataError>(what + ": the values are too near each other for a float64");
    }
    basis.norm2.push_back(moments.norm2);
    if (j < degree) {
      basis.alpha.push_back(moments.weighted / moments.norm2);
    }
  }
  return basis;
}

}  // namespace lockstep
