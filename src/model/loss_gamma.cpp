#include "model/loss_terms.h"

namespace lockstep {

namespace {

class GammaLoss final : public PointwiseLoss {
 public:
  void evaluate(Order order, const LossRows& rows) const override {
    Terms in(rows);
    in.curvature = in.y * (-in.z).exp();
    in.loss = (in.s == 0.0).select(0.0, in.s * (in.z + in.curvature));
    in.slope = (in.s == 0.0).select(0.0, in.s * (1.0 - in.curvature));
    if (order == Order::hessian) {
      in.curvature = (in.s == 0.0).select(0.0, in.s * in.curvature);
    }
  }
  double cancelled(const LossRows& rows) const override {
    return twice_sum(rows, [](double, double z) { return -z; });
  }
  bool is_classifier() const override { return false; }
};

}  // namespace

std::unique_ptr<PointwiseLoss> make_gamma_loss() {
  return std::make_unique<GammaLoss>();
}

}  // namespace lockstep
