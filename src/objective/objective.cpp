#include "lockstep/objective/objective.h"

namespace lockstep {

const Vector& Objective::scales() const {
  static const Vector kAllOne;
  return kAllOne;
}

const L1Term& Objective::l1() const {
  static const L1Term kNone;
  return kNone;
}

Vector to_scaled(const Objective& objective, const Vector& w) {
  const Vector& d = objective.scales();
  return d.size() == 0 ? w : Vector(w.cwiseQuotient(d));
}

Vector from_scaled(const Objective& objective, const Vector& u) {
  const Vector& d = objective.scales();
  return d.size() == 0 ? u : Vector(u.cwiseProduct(d));
}

}  // namespace lockstep
