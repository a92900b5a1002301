/// Penalty on the first so many parameters: l2/2 ‖w‖² + l1 ‖w‖₁. Intercepts, which come last, are not penalised.
#pragma once

#include "lockstep/objective/objective.h"

namespace lockstep {

/// The smooth part, l2/2 ‖w‖², and its derivatives; the other part only has its strength here.
class Penalty {
 public:
  /// l2, l1 ≥ 0; `penalised` of the p parameters, the first ones, are in w.
  Penalty(double l2, Index penalised, double l1 = 0) : l2_(l2), l1_(l1), penalised_(penalised) {}

  bool is_zero() const { return l2_ == 0 && l1_ == 0; }
  L1Term l1() const { return {l1_, penalised_}; }
  Index penalised() const { return penalised_; }

  /// l2/2 ‖w‖². threads ≥ 1; the result does not depend on them.
  double value(const Vector& w, int threads = 1) const;
  /// product += l2 v on the penalised ones of the parameters [begin, end): at v = w the gradient.
  void add_product(const Vector& v, Index begin, Index end, Vector& product) const;
  /// hessian += l2 on the diagonal of the penalised parameters.
  void add_hessian(SymmetricMatrix& hessian) const;
  /// Value and slope at w + t d.
  LinePoint along(const Vector& w, const Vector& d, double t) const;

 private:
  double l2_;
  double l1_;
  Index penalised_;
};

/// l1 ‖w‖₁ over the penalised parameters.
double l1_value(const L1Term& l1, const Vector& w);

/// The subgradient of F + l1 ‖w‖₁ of least norm at w (p), given ∇F (p): zero exactly at a minimiser.
Vector minimum_norm_subgradient(const L1Term& l1, const Vector& w, const Vector& gradient);

}  // namespace lockstep
