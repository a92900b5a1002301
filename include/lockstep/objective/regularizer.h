/// Penalty on the first so many parameters: l2/2 ‖w‖² + l1 ‖w‖₁. Intercepts, which come last, are not penalised.
#pragma once

#include "lockstep/objective/objective.h"

namespace lockstep {

/// Adds the smooth part, l2/2 ‖w‖², to evaluations; the other part only has its strength here.
class Penalty {
 public:
  /// l2, l1 ≥ 0; `penalised` of the p parameters, the first ones, are in w.
  Penalty(double l2, Index penalised, double l1 = 0) : l2_(l2), l1_(l1), penalised_(penalised) {}

  bool is_zero() const { return l2_ == 0 && l1_ == 0; }
  double l2() const { return l2_; }
  L1Term l1() const { return {l1_, penalised_}; }
  Index penalised() const { return penalised_; }

  double value(const Vector& w) const;
  /// Adds value, gradient and Hessian at w up to `order`.
  void add(const Vector& w, Order order, Evaluation& to) const;
  /// product += l2 v on the penalised parameters.
  void add_product(const Vector& v, Vector& product) const;
  /// Value and slope at w + t d.
  LinePoint along(const Vector& w, const Vector& d, double t) const;

 private:
  double l2_;
  double l1_;
  Index penalised_;
};

}  // namespace lockstep
