#include "model/loss_terms.h"

namespace lockstep {

namespace {

/// A row of weight 0 adds nothing, whatever overflows in it.
class PoissonLoss final : public PointwiseLoss {
 public:
  void evaluate(Order order, const LossRows& rows) const override {
    Terms in(rows);
    in.curvature = in.z.exp();
    in.loss = (in.s == 0.0).select(0.0, in.s * (in.curvature - in.y * in.z));
    in.slope = (in.s == 0.0).select(0.0, in.s * (in.curvature - in.y));
    if (order == Order::hessian) {
      in.curvature = (in.s == 0.0).select(0.0, in.s * in.curvature);
    }
  }
  double cancelled(const LossRows& rows) const override {
    return twice_sum(rows, [](double y, double z) { return y * z; });
  }
  bool is_classifier() const override { return false; }
  bool can_recede() const override { return true; }
  bool falls_along(double y, double change) const override { return y == 0 && change < 0; }
};

}  // namespace

std::unique_ptr<PointwiseLoss> make_poisson_loss() {
  return std::make_unique<PoissonLoss>();
}

}  // namespace lockstep
