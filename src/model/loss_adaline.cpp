#include "model/loss_terms.h"

namespace lockstep {

namespace {

class AdalineLoss final : public PointwiseLoss {
 public:
  void evaluate(Order order, const LossRows& rows) const override {
    Terms in(rows);
    in.slope = in.z - in.t();
    in.loss = 0.5 * in.s * in.slope.square();
    in.slope *= in.s;
    if (order == Order::hessian) {
      in.curvature = in.s;
    }
  }
  bool is_classifier() const override { return true; }
};

}  // namespace

std::unique_ptr<PointwiseLoss> make_adaline_loss() {
  return std::make_unique<AdalineLoss>();
}

}  // namespace lockstep
