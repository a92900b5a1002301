#include "model/loss_terms.h"

namespace lockstep {

namespace {

class HuberLoss final : public PointwiseLoss {
 public:
  explicit HuberLoss(double delta) : delta_(delta) {}
  void evaluate(Order order, const LossRows& rows) const override {
    Terms in(rows);
    in.slope = in.z - in.y;
    if (order == Order::hessian) {
      in.curvature = (in.slope.abs() <= delta_).select(in.s, 0.0);
    }
    // With c = r clipped to ±δ both branches are c (r − ½ c).
    in.loss = in.slope.max(-delta_).min(delta_);
    in.loss *= in.s * (in.slope - 0.5 * in.loss);
    in.slope = in.s * in.slope.max(-delta_).min(delta_);
  }
  bool is_classifier() const override { return false; }

 private:
  double delta_;
};

}  // namespace

std::unique_ptr<PointwiseLoss> make_huber_loss(double delta) {
  return std::make_unique<HuberLoss>(delta);
}

}  // namespace lockstep
