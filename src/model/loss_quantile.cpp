/// Quantile regression (R. Koenker & G. Bassett, Econometrica 46, 1978), the kink of its pinball loss rounded by
/// Huber's parabola (W. Dabney et al., "Distributional reinforcement learning with quantile regression", AAAI 2018):
///
///   ℓ(y, z) = a h(r) / δ,  a = 1 − τ for r > 0, else τ,  h = ½ r² for |r| ≤ δ, else δ (|r| − ½ δ)
///
/// | symbol | meaning                                                  |
/// | r      | z − y                                                    |
/// | τ      | level in (0, 1): the share of labels that z lies above   |
/// | δ      | half width of the parabola in units of y, > 0            |
///
/// Convex. ℓ' = a c/δ, where c is r clipped to ±δ, is continuous; ℓ'' = [|r| ≤ δ] a/δ jumps at 0 and at ±δ. As δ falls
/// to 0, ℓ becomes max((1 − τ) r, −τ r) and z the quantile; as it grows, z becomes the expectile.
#include "model/loss_terms.h"

namespace lockstep {

namespace {

class QuantileLoss final : public PointwiseLoss {
 public:
  QuantileLoss(double level, double delta) : above_((1 - level) / delta), below_(level / delta), delta_(delta) {}
  void evaluate(Order order, const LossRows& rows) const override {
    Terms in(rows);
    const auto r = in.z - in.y;
    const auto c = r.max(-delta_).min(delta_);
    in.loss = (r > 0.0).select(above_ * in.s, below_ * in.s);
    if (order == Order::hessian) {
      in.curvature = (r.abs() <= delta_).select(in.loss, 0.0);
    }
    // Both branches of a h/δ are ½ ℓ' (2 r − c).
    in.slope = in.loss * c;
    in.loss = in.slope * (r - 0.5 * c);
  }
  bool is_classifier() const override { return false; }

 private:
  double above_, below_;  // a/δ
  double delta_;
};

}  // namespace

std::unique_ptr<PointwiseLoss> make_quantile_loss(double level, double delta) {
  return std::make_unique<QuantileLoss>(level, delta);
}

}  // namespace lockstep
