#include "model/loss_terms.h"

namespace lockstep {

namespace {

/// With u = −t z: ℓ = softplus(u), ℓ' = −t σ(u), ℓ'' = σ(u) σ(−u), as softmax.h has them for one margin, here for whole
/// lanes at once: all from one e = exp(−|u|) ≤ 1, so that nothing overflows and small probabilities keep their relative
/// accuracy.
class LogisticLoss final : public PointwiseLoss {
 public:
  void evaluate(Order order, const LossRows& rows) const override {
    Terms in(rows);
    LaneArray& e = in.curvature;
    in.slope = -in.t() * in.z;  // u
    e = (-in.slope.abs()).exp();
    // log1p(e) = log(x) · e / (x − 1) with x = 1 + e: the rounding error of x cancels (W. Kahan).
    in.loss = 1.0 + e;
    in.loss = (in.loss == 1.0).select(e, in.loss.log() * e / (in.loss - 1.0));
    in.loss = in.s * (in.slope.max(0.0) + in.loss);
    if (order == Order::value) {
      return;
    }
    in.slope = -in.s * in.t() * (in.slope >= 0.0).select(1.0 / (1.0 + e), e / (1.0 + e));
    if (order == Order::hessian) {
      e = in.s * e / (1.0 + e).square();
    }
  }
  bool is_classifier() const override { return true; }
  bool unbounded_when_separated() const override { return true; }
  bool can_recede() const override { return true; }
  bool falls_along(double y, double change) const override { return (2 * y - 1) * change > 0; }
};

}  // namespace

std::unique_ptr<PointwiseLoss> make_logistic_loss() {
  return std::make_unique<LogisticLoss>();
}

}  // namespace lockstep
