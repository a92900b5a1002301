#include "model/pointwise_loss.h"

#include "base/lanes.h"

#include <array>
#include <cmath>

namespace lockstep {

namespace {

using Array = Eigen::Map<Eigen::ArrayXd, Eigen::Aligned64>;

/// Whole lanes only: the length is a multiple of kLanes and the start on a cache line, so Eigen's packets cover all of
/// it and no entry is computed by another instruction sequence than its neighbour.
Array lanes(const AlignedVector<double>& values, Index count) {
  return {const_cast<double*>(values.data()), padded(count)};
}

/// The scratch under the names of the formulas.
struct Terms {
  Terms(Workspace& scratch, Index count)
      : z(lanes(scratch.margin, count)),
        y(lanes(scratch.target, count)),
        s(lanes(scratch.weight, count)),
        loss(lanes(scratch.loss, count)),
        slope(lanes(scratch.slope, count)),
        curvature(lanes(scratch.curvature, count)) {}
  auto t() const { return 2.0 * y - 1.0; }
  const Array z, y, s;
  Array loss, slope, curvature;
};

/// 2 Σ s max(0, t(y, z)), lane by lane.
template <typename Term>
double twice_sum(Index count, const Workspace& scratch, Term term) {
  std::array<double, kLanes> sums{};
  for (std::size_t i = 0; i < static_cast<std::size_t>(padded(count)); i += sums.size()) {
    for (std::size_t lane = 0; lane < sums.size(); ++lane) {
      const double s = scratch.weight[i + lane];
      const double t = s * term(scratch.target[i + lane], scratch.margin[i + lane]);
      sums[lane] += t > 0 ? t : 0.0;  // also where a row of weight 0 overflows: that is no number
    }
  }
  return 2 * lane_sum(sums.data(), kLanes);
}

class SquaredLoss final : public PointwiseLoss {
 public:
  void evaluate(Index count, Order order, Workspace& scratch) const override {
    Terms in(scratch, count);
    in.slope = in.z - in.y;
    in.loss = 0.5 * in.s * in.slope.square();
    in.slope *= in.s;
    if (order == Order::hessian) {
      in.curvature = in.s;
    }
  }
  bool is_classifier() const override { return false; }
};

class AdalineLoss final : public PointwiseLoss {
 public:
  void evaluate(Index count, Order order, Workspace& scratch) const override {
    Terms in(scratch, count);
    in.slope = in.z - in.t();
    in.loss = 0.5 * in.s * in.slope.square();
    in.slope *= in.s;
    if (order == Order::hessian) {
      in.curvature = in.s;
    }
  }
  bool is_classifier() const override { return true; }
};

class HuberLoss final : public PointwiseLoss {
 public:
  explicit HuberLoss(double delta) : delta_(delta) {}
  void evaluate(Index count, Order order, Workspace& scratch) const override {
    Terms in(scratch, count);
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

/// A row of weight 0 adds nothing, whatever overflows in it.
class PoissonLoss final : public PointwiseLoss {
 public:
  void evaluate(Index count, Order order, Workspace& scratch) const override {
    Terms in(scratch, count);
    in.curvature = in.z.exp();
    in.loss = (in.s == 0.0).select(0.0, in.s * (in.curvature - in.y * in.z));
    in.slope = (in.s == 0.0).select(0.0, in.s * (in.curvature - in.y));
    if (order == Order::hessian) {
      in.curvature = (in.s == 0.0).select(0.0, in.s * in.curvature);
    }
  }
  double cancelled(Index count, const Workspace& scratch) const override {
    return twice_sum(count, scratch, [](double y, double z) { return y * z; });
  }
  bool is_classifier() const override { return false; }
  bool can_recede() const override { return true; }
  bool falls_along(double y, double change) const override { return y == 0 && change < 0; }
};

class GammaLoss final : public PointwiseLoss {
 public:
  void evaluate(Index count, Order order, Workspace& scratch) const override {
    Terms in(scratch, count);
    in.curvature = in.y * (-in.z).exp();
    in.loss = (in.s == 0.0).select(0.0, in.s * (in.z + in.curvature));
    in.slope = (in.s == 0.0).select(0.0, in.s * (1.0 - in.curvature));
    if (order == Order::hessian) {
      in.curvature = (in.s == 0.0).select(0.0, in.s * in.curvature);
    }
  }
  double cancelled(Index count, const Workspace& scratch) const override {
    return twice_sum(count, scratch, [](double, double z) { return -z; });
  }
  bool is_classifier() const override { return false; }
};

/// With u = −t z: ℓ = softplus(u), ℓ' = −t σ(u), ℓ'' = σ(u) σ(−u), as softmax.h has them for one margin, here for whole
/// lanes at once: all from one e = exp(−|u|) ≤ 1, so that nothing overflows and small probabilities keep their relative
/// accuracy.
class LogisticLoss final : public PointwiseLoss {
 public:
  void evaluate(Index count, Order order, Workspace& scratch) const override {
    Terms in(scratch, count);
    Array& e = in.curvature;
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

/// At z = 0 the rule counts a mistake and moves, so that it leaves w = 0.
class PerceptronLoss final : public PointwiseLoss {
 public:
  void evaluate(Index count, Order order, Workspace& scratch) const override {
    Terms in(scratch, count);
    in.loss = in.s * (-in.t() * in.z).max(0.0);
    in.slope = (in.t() * in.z <= 0.0).select(-in.s * in.t(), 0.0);
    if (order == Order::hessian) {
      in.curvature.setZero();
    }
  }
  bool is_classifier() const override { return true; }
};

class SquaredHingeLoss final : public PointwiseLoss {
 public:
  void evaluate(Index count, Order order, Workspace& scratch) const override {
    Terms in(scratch, count);
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

double PointwiseLoss::cancelled(Index, const Workspace&) const {
  return 0;
}

bool PointwiseLoss::falls_along(double, double) const {
  return false;
}

double PointwiseLoss::mistakes(Index count, const Workspace& scratch) const {
  double sum = 0;
  for (std::size_t i = 0; is_classifier() && i < static_cast<std::size_t>(count); ++i) {
    sum += (2 * scratch.target[i] - 1) * scratch.margin[i] > 0 ? 0.0 : scratch.weight[i];
  }
  return sum;
}

std::unique_ptr<PointwiseLoss> make_squared_loss() {
  return std::make_unique<SquaredLoss>();
}

std::unique_ptr<PointwiseLoss> make_huber_loss(double delta) {
  return std::make_unique<HuberLoss>(delta);
}

std::unique_ptr<PointwiseLoss> make_poisson_loss() {
  return std::make_unique<PoissonLoss>();
}

std::unique_ptr<PointwiseLoss> make_gamma_loss() {
  return std::make_unique<GammaLoss>();
}

std::unique_ptr<PointwiseLoss> make_logistic_loss() {
  return std::make_unique<LogisticLoss>();
}

std::unique_ptr<PointwiseLoss> make_perceptron_loss() {
  return std::make_unique<PerceptronLoss>();
}

std::unique_ptr<PointwiseLoss> make_adaline_loss() {
  return std::make_unique<AdalineLoss>();
}

std::unique_ptr<PointwiseLoss> make_squared_hinge_loss() {
  return std::make_unique<SquaredHingeLoss>();
}

}  // namespace lockstep
