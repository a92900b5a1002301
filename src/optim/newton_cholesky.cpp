/// Newton's direction by Cholesky.
///
///   (S + λ I) u = −D g,  S = D H D,  d = D u
///
/// | symbol | meaning                                                        | shape |
/// | g, H   | gradient and Hessian of F                                      | p, p × p |
/// | D      | powers of two that bring the diagonal of H into [1, 4)         | p     |
/// | λ      | damping: 0 where S is numerically positive definite            | 1     |
///
/// D is exact: features of any unit give the same relative accuracy. Else λ is the smallest of 1e-10, 1e-8, …, 0.01,
/// 0.04, … that makes S + λ I positive definite (2 p max |S_ij| does: a saddle's negative curvature becomes positive)
/// (K. Levenberg 1944; J. Nocedal, S. Wright, Numerical Optimization, 2nd ed., §3.4).
#include "lockstep/base/lanes.h"
#include "lockstep/optim/line_search.h"

#include <cmath>
#include <limits>

#include "scaling.h"
#include <Eigen/Cholesky>

namespace lockstep {

namespace {

constexpr double kFirstDamping = 1e-10;
/// λ grows in large steps over the singular and in small ones over the indefinite, where it shortens the step.
double next_damping(double damping) {
  return damping == 0 ? kFirstDamping : (damping < 5e-3 ? 100 : 4) * damping;
}
/// A dependent column's squared pivot is the damping alone, give or take.
constexpr double kWeakPivot = 100;

Vector diagonal_of(const SymmetricMatrix& hessian) {
  Vector diagonal(hessian.size());
  for (Index j = 0; j < diagonal.size(); ++j) {
    diagonal[j] = hessian(j, j);
  }
  return diagonal;
}

Matrix scaled_hessian(const SymmetricMatrix& hessian, const Vector& scales) {
  Matrix scaled(hessian.size(), hessian.size());
  for (Index j = 0; j < hessian.size(); ++j) {
    for (Index i = j; i < hessian.size(); ++i) {
      scaled(i, j) = hessian(i, j) * scales[i] * scales[j];
    }
  }
  return scaled;
}

/// Columns whose squared pivot is at most `noise` of the diagonal they started from: linearly dependent on earlier
/// ones.
std::vector<Index> vanished_pivots(const Eigen::LLT<Matrix>& factor, const Matrix& scaled, double noise) {
  std::vector<Index> weak;
  for (Index j = 0; j < scaled.rows(); ++j) {
    const double pivot = factor.matrixLLT()(j, j);
    if (!(pivot * pivot > noise * scaled(j, j))) {
      weak.push_back(j);
    }
  }
  return weak;
}

bool is_positive_definite(const Eigen::LLT<Matrix>& factor, const Matrix& scaled) {
  const double rounding = 16 * std::numeric_limits<double>::epsilon() * static_cast<double>(scaled.rows());
  return factor.info() == Eigen::Success && vanished_pivots(factor, scaled, rounding).empty();
}

class NewtonCholesky final : public DescentMethod {
 public:
  Order order() const override { return Order::hessian; }

  Direction direction(const Iterate& from, const OptimizerState&, Objective& objective) const override {
    SymmetricMatrix hessian = from.at.hessian;
    objective.fill_invariant(hessian);
    const Vector scales = power_of_two_scales(diagonal_of(hessian));
    const Matrix scaled = scaled_hessian(hessian, scales);
    const Vector right = -from.gradient.cwiseProduct(scales);

    Direction direction;
    direction.d = solve(scaled, right, direction).cwiseProduct(scales);
    objective.remove_invariant(direction.d);
    replicate(direction, objective);
    direction.slope = dot(from.gradient, direction.d);
    return direction;
  }

  /// A damped direction can be useless, as where a loss is linear in every row and H is zero (huber far from its
  /// minimum): then steepest descent, each step trying twice the one before.
  Step step(const Iterate& from, Direction& direction, const OptimizerState& state, Objective& objective,
            Iterate& trial) const override {
    const Step newton = backtrack(objective, from, direction, order(), trial);
    if (newton.status != Step::Status::stalled || direction.damping == 0) {
      return newton;
    }
    const double length = norm(from.gradient);
    direction.d = -from.gradient;
    direction.slope = -length * length;
    direction.first_step = state.last_step_length > 0 ? 2 * state.last_step_length : 1 / length;
    direction.is_restart = true;
    return backtrack(objective, from, direction, order(), trial);
  }

  void learn(const Iterate&, const Direction& direction, const Step& step, const Iterate&,
             OptimizerState& state) const override {
    state.last_step_length = direction.is_restart ? step.length : 0;
  }

 private:
  static Vector solve(const Matrix& scaled, const Vector& right, Direction& direction) {
    Eigen::LLT<Matrix> factor(scaled);
    Matrix damped = scaled;
    const double enough = 2 * static_cast<double>(scaled.rows()) * scaled.cwiseAbs().maxCoeff();
    while (!is_positive_definite(factor, damped) && direction.damping <= enough) {
      direction.damping = next_damping(direction.damping);
      damped = scaled;
      damped.diagonal().array() += direction.damping;
      factor.compute(damped);
    }
    if (direction.damping > 0) {
      direction.weak = vanished_pivots(factor, damped, kWeakPivot * direction.damping);
    }
    return factor.solve(right);
  }

  /// BLAS kernels may differ between nodes: rank 0's solution is everyone's.
  static void replicate(Direction& direction, Objective& objective) {
    const Index p = direction.d.size();
    Vector packed(p + 1);
    packed << direction.d, direction.damping;
    objective.replicate(std::span(packed.data(), static_cast<std::size_t>(p + 1)));
    direction.d = packed.head(p);
    direction.damping = packed[p];
  }
};

}  // namespace

std::unique_ptr<DescentMethod> make_newton_cholesky() {
  return std::make_unique<NewtonCholesky>();
}

}  // namespace lockstep
