#include "optim/orthant.h"

#include "base/lanes.h"

namespace lockstep {

namespace {

/// Sign of the orthant that parameter j may move in: its own, at zero that of its steepest descent; 0: it may not.
double orthant_sign(const Iterate& from, Index j) {
  const double at = from.w[j] != 0 ? from.w[j] : -from.gradient[j];
  return at > 0 ? 1 : (at < 0 ? -1 : 0);
}

void drop_ascending(const L1Term& l1, const Iterate& from, bool at_zero_only, Vector& d) {
  for (Index j = 0; j < d.size(); ++j) {
    if (l1.penalises(j) && (from.w[j] == 0 || !at_zero_only) && d[j] * from.gradient[j] >= 0) {
      d[j] = 0;
    }
  }
}

}  // namespace

Vector free_parameters(const L1Term& l1, const Iterate& from) {
  Vector free = Vector::Ones(from.w.size());
  for (Index j = 0; j < free.size(); ++j) {
    free[j] = !l1.penalises(j) || from.w[j] != 0 || from.gradient[j] != 0 ? 1 : 0;
  }
  return free;
}

void align_with_orthant(const L1Term& l1, const Iterate& from, Vector& d) {
  drop_ascending(l1, from, true, d);
  if (!(dot(from.gradient, d) < 0)) {
    drop_ascending(l1, from, false, d);
  }
}

Vector step_in_orthant(const L1Term& l1, const Iterate& from, const Vector& d, double t) {
  Vector to = from.w + t * d;
  for (Index j = 0; j < to.size(); ++j) {
    if (l1.penalises(j) && to[j] * orthant_sign(from, j) <= 0) {
      to[j] = 0;
    }
  }
  return to;
}

}  // namespace lockstep
