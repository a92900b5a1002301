#include "objective/l1_term.h"

#include "base/lanes.h"

#include <cmath>

namespace lockstep {

double l1_value(const L1Term& l1, const Vector& u) {
  if (l1.is_zero()) {
    return 0;
  }
  const Vector terms = u.cwiseAbs().cwiseProduct(l1.strength);
  return lane_sum(terms.data(), terms.size());
}

Vector minimum_norm_subgradient(const L1Term& l1, const Vector& u, const Vector& gradient) {
  Vector least = gradient;
  for (Index j = 0; j < l1.strength.size(); ++j) {
    if (u[j] != 0) {
      least[j] += u[j] > 0 ? l1.strength[j] : -l1.strength[j];
    } else if (l1.penalises(j)) {
      const double beyond = std::abs(gradient[j]) - l1.strength[j];
      least[j] = beyond > 0 ? std::copysign(beyond, gradient[j]) : 0;
    }
  }
  return least;
}

}  // namespace lockstep
