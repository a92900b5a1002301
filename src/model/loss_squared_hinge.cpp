#include "model/loss_terms.h"

namespace lockstep {

namespace {

class SquaredHingeLoss final : public PointwiseLoss {
 public:
  void evaluate(Order order, const LossRows& rows) const override {
    Terms in(rows);
    in.slope = (1.0 - in.t() * in.z).max(0.0);
    in.loss = 0.5 * in.s * in.slope.square();
    if (order == Order::hessian) {
      in.curvature = (in.slope > 0.0).select(in.s, 0.0);
    }
    in.slope *= -in.s * in.t();
  }
  bool is_classifier() const override { return true; }
};

}  // namespace

std::unique_ptr<PointwiseLoss> make_squared_hinge_loss() {
  return std::make_unique<SquaredHingeLoss>();
}

}  // namespace lockstep
