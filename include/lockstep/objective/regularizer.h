/// Penalty on the first so many parameters: l2/2 ‖w‖². Intercepts, which come last, are not penalised.
#pragma once

#include "lockstep/objective/objective.h"

namespace lockstep {

class L2Penalty {
 public:
  /// strength ≥ 0; `penalised` of the p parameters, the first ones, are in w.
  L2Penalty(double strength, Index penalised) : strength_(strength), penalised_(penalised) {}

  double strength() const { return strength_; }
  double value(const Vector& w) const;
  /// Adds value, gradient and Hessian at w up to `order`.
  void add(const Vector& w, Order order, Evaluation& to) const;

 private:
  double strength_;
  Index penalised_;
};

}  // namespace lockstep
