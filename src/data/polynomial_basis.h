/// The orthogonal polynomials of R's poly(x, k): over the n rows that they are learned from, the columns P_1 … P_k of X
/// are orthogonal to each other and to the constant, of length 1, with positive leading coefficients.
///
///   t = (x − centre) · scale,  p_0 = 1,  p_1 = t − α_1,  p_{j+1} = (t − α_{j+1}) p_j − (ν_j / ν_{j−1}) p_{j−1},
///   ν_j = Σ p_j²,  α_{j+1} = Σ t p_j² / ν_j,  P_j = p_j / √ν_j                        (Forsythe 1957)
///
/// The centre is about the mean and the scale a power of two, so that |t| ≤ 1. The sums are exact sums of the rounded
/// terms, rounded once: the basis depends neither on the order of the rows nor on who holds them.
#pragma once

#include "lockstep/base/types.h"

#include <span>
#include <string>
#include <vector>

namespace lockstep {

class Communicator;

struct PolynomialBasis {
  double centre = 0;
  double scale = 1;
  std::vector<double> alpha = {};  ///< k
  std::vector<double> norm2 = {};  ///< ν_0 … ν_k, above 0

  Index degree() const { return static_cast<Index>(alpha.size()); }

  /// P_1 … P_k of one value.
  void values(double x, std::span<double> to) const;

  friend bool operator==(const PolynomialBasis&, const PolynomialBasis&) = default;
};

/// The basis of the values of all ranks, each rank with its own; of no values some basis. Throws on every rank
/// DataError where there are no more than `degree` different ones: `what` says of what, "poly(x, 3)". Collective.
PolynomialBasis learn_basis(std::span<const double> values, int degree, const std::string& what, Communicator& comm);

}  // namespace lockstep
