#include "lockstep/model/pointwise_loss.h"

#include <cmath>

namespace lockstep {

namespace {

using Array = Eigen::Map<Eigen::ArrayXd, Eigen::Aligned64>;

/// Whole lanes only: the length is a multiple of kLanes and the start on a cache line, so Eigen's packets cover all of
/// it and no entry is computed by another instruction sequence than its neighbour.
Array lanes(const AlignedVector<double>& values, Index count) {
  return {const_cast<double*>(values.data()), padded(count)};
}

class SquaredLoss final : public PointwiseLoss {
 public:
  void evaluate(Index count, Order order, Workspace& scratch) const override {
    const Array weight = lanes(scratch.weight, count);
    Array slope = lanes(scratch.slope, count);
    slope = lanes(scratch.margin, count) - lanes(scratch.target, count);
    lanes(scratch.loss, count) = 0.5 * weight * slope.square();
    slope *= weight;
    if (order == Order::hessian) {
      lanes(scratch.curvature, count) = weight;
    }
  }
  double mistakes(Index, const Workspace&) const override { return 0; }
  double mean(double z) const override { return z; }
};

/// With t = 2y − 1 and u = −t z: ℓ = softplus(u), ℓ' = −t σ(u), ℓ'' = σ(u) σ(−u); all from e = exp(−|u|) ≤ 1, so that
/// nothing overflows and small probabilities keep their relative accuracy.
class LogisticLoss final : public PointwiseLoss {
 public:
  void evaluate(Index count, Order order, Workspace& scratch) const override {
    const Array weight = lanes(scratch.weight, count);
    const Array target = lanes(scratch.target, count);
    Array loss = lanes(scratch.loss, count);
    Array slope = lanes(scratch.slope, count);
    Array e = lanes(scratch.curvature, count);
    slope = (1.0 - 2.0 * target) * lanes(scratch.margin, count);  // u
    e = (-slope.abs()).exp();
    // log1p(e) = log(x) · e / (x − 1) with x = 1 + e: the rounding error of x cancels (W. Kahan).
    loss = 1.0 + e;
    loss = (loss == 1.0).select(e, loss.log() * e / (loss - 1.0));
    loss = weight * (slope.max(0.0) + loss);
    if (order == Order::value) {
      return;
    }
    slope = weight * (1.0 - 2.0 * target) * (slope >= 0.0).select(1.0 / (1.0 + e), e / (1.0 + e));
    if (order == Order::hessian) {
      e = weight * e / (1.0 + e).square();
    }
  }

  double mistakes(Index count, const Workspace& scratch) const override {
    double sum = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      sum += (2 * scratch.target[i] - 1) * scratch.margin[i] > 0 ? 0.0 : scratch.weight[i];
    }
    return sum;
  }

  double mean(double z) const override {
    const double e = std::exp(-std::abs(z));
    return (z >= 0 ? 1 : e) / (1 + e);
  }
};

}  // namespace

std::unique_ptr<PointwiseLoss> make_squared_loss() {
  return std::make_unique<SquaredLoss>();
}

std::unique_ptr<PointwiseLoss> make_logistic_loss() {
  return std::make_unique<LogisticLoss>();
}

}  // namespace lockstep
