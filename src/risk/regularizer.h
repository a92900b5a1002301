/// Penalty on the first so many parameters: l2/2 ‖w‖² + l1 ‖w‖₁. Intercepts, which come last, are not penalised.
#pragma once

#include "lockstep/objective/objective.h"

namespace lockstep {

/// The smooth part, l2/2 ‖w‖², and its derivatives in u = D⁻¹ w; the other part only has its strength here.
class Penalty {
 public:
  /// l2, l1 ≥ 0; `penalised` of the p parameters, the first ones, are in w.
  Penalty(double l2, Index penalised, double l1 = 0) : l2_(l2), l1_(l1), penalised_(penalised) {}

  /// The penalty on D u, for an oracle whose parameters are u. scales: D, p; empty: all 1.
  void set_scales(const Vector& scales) { scales_ = scales.head(scales.size() == 0 ? 0 : penalised_); }

  bool is_zero() const { return l2_ == 0 && l1_ == 0; }
  /// l1 ‖w‖₁ in u (dimension p).
  L1Term l1(Index dimension) const;
  /// Curvature of the smooth part, l2 D² on the penalised parameters and 0 on the others (dimension p); empty: none.
  Vector curvature(Index dimension) const;
  Index penalised() const { return penalised_; }

  /// l2/2 ‖w‖². threads ≥ 1; the result does not depend on them.
  double value(const Vector& u, int threads = 1) const;
  /// product += l2 D² v on the penalised ones of the parameters [begin, end): at v = u the gradient.
  void add_product(const Vector& v, Index begin, Index end, Vector& product) const;
  /// hessian += l2 D² on the diagonal of the penalised parameters.
  void add_hessian(SymmetricMatrix& hessian) const;
  /// Value and slope at u + t d.
  LinePoint along(const Vector& u, const Vector& d, double t) const;

 private:
  double scale(Index j) const { return scales_.size() == 0 ? 1.0 : scales_[j]; }
  /// The penalised part of w = D u.
  Vector unscaled(const Vector& u) const;

  double l2_;
  double l1_;
  Index penalised_;
  Vector scales_;  // of the penalised parameters; empty: all 1
};

}  // namespace lockstep
