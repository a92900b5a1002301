#include "model/loss_terms.h"

namespace lockstep {

namespace {

/// At z = 0 the rule counts a mistake and moves, so that it leaves w = 0.
class PerceptronLoss final : public PointwiseLoss {
 public:
  void evaluate(Order order, const LossRows& rows) const override {
    Terms in(rows);
    in.loss = in.s * (-in.t() * in.z).max(0.0);
    in.slope = (in.t() * in.z <= 0.0).select(-in.s * in.t(), 0.0);
    if (order == Order::hessian) {
      in.curvature.setZero();
    }
  }
  bool is_classifier() const override { return true; }
};

}  // namespace

std::unique_ptr<PointwiseLoss> make_perceptron_loss() {
  return std::make_unique<PerceptronLoss>();
}

}  // namespace lockstep
