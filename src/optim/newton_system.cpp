#include "optim/newton_system.h"

#include "base/interrupt.h"
#include "base/test_failure.h"
#include "optim/scaling.h"

#include <algorithm>
#include <cmath>
#include <limits>

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
/// Part of the largest share above which a parameter belongs to a dependence.
constexpr double kPartner = 0.01;

Vector diagonal_of(const SymmetricMatrix& hessian, const Vector& free) {
  Vector diagonal(hessian.size());
  for (Index j = 0; j < diagonal.size(); ++j) {
    diagonal[j] = free.size() == 0 || free[j] != 0 ? hessian(j, j) : 1.0;
  }
  return diagonal;
}

/// Lower triangle of D H D; rows and columns of parameters that are not free are those of I.
Matrix scaled_hessian(const SymmetricMatrix& hessian, const Vector& free, const Vector& scales) {
  const auto is_free = [&](Index j) { return free.size() == 0 || free[j] != 0; };
  Matrix scaled(hessian.size(), hessian.size());
  for (Index j = 0; j < hessian.size(); ++j) {
    for (Index i = j; i < hessian.size(); ++i) {
      scaled(i, j) = is_free(i) && is_free(j) ? hessian(i, j) * scales[i] * scales[j] : (i == j ? 1.0 : 0.0);
    }
  }
  return scaled;
}

/// True for a column whose squared pivot is at most `noise` of the diagonal it started from: linearly dependent on
/// earlier ones, or without curvature (then the diagonal is the damping alone; that of others is at least 1).
bool has_vanished(const Matrix& factor, const Matrix& scaled, Index j, double noise) {
  const double pivot = factor(j, j);
  return !(pivot * pivot > noise * std::max(1.0, scaled(j, j)));
}

/// L of A = L Lᵀ in the place of A's lower triangle; false where a pivot is not positive. Eigen's own blocks
/// (Eigen/src/Cholesky/LLT.h), with a look at interruptions between them.
bool factorise(Matrix& a) {
  using Blocks = Eigen::internal::llt_inplace<double, Eigen::Lower>;
  const Index size = a.rows();
  if (size < kInterruptible) {
    return Blocks::blocked(a) == -1;
  }
  constexpr Index kBlock = 128;
  for (Index k = 0; k < size; k += kBlock) {
    heed_interrupt("factoring the Hessian");
    const Index width = std::min(kBlock, size - k);
    const Index rest = size - k - width;
    auto pivots = a.block(k, k, width, width);
    auto below = a.block(k + width, k, rest, width);
    if (Blocks::unblocked(pivots) != -1) {
      return false;
    }
    if (rest > 0) {
      pivots.adjoint().triangularView<Eigen::Upper>().solveInPlace<Eigen::OnTheRight>(below);
      a.bottomRightCorner(rest, rest).selfadjointView<Eigen::Lower>().rankUpdate(below, -1.0);
    }
  }
  return true;
}

bool has_definite_pivots(const Matrix& factor, const Matrix& scaled) {
  const double rounding = 16 * std::numeric_limits<double>::epsilon() * static_cast<double>(scaled.rows());
  bool is_definite = true;
  for (Index j = 0; is_definite && j < scaled.rows(); ++j) {
    is_definite = !has_vanished(factor, scaled, j, rounding);
  }
  return is_definite;
}

class CholeskySolver final : public SymmetricSolver {
 public:
  std::unique_ptr<Factorisation> factor(const CurvatureMatrix& matrix) const override {
    return std::make_unique<NewtonSystem>(matrix.hessian, matrix.free);
  }
};

}  // namespace

NewtonSystem::NewtonSystem(const SymmetricMatrix& hessian, const Vector& free)
    : diagonal_(diagonal_of(hessian, free)),
      scales_(power_of_two_scales(diagonal_)),
      scaled_(scaled_hessian(hessian, free, scales_)) {
  const Vector diagonal = scaled_.diagonal();
  if (scaled_.size() == 0) {
    return;
  }
  factor_ = scaled_;
  bool is_definite = factorise(factor_) && has_definite_pivots(factor_, scaled_);
  const double enough = 2 * static_cast<double>(scaled_.rows()) * scaled_.cwiseAbs().maxCoeff();
  while (!is_definite && damping_ <= enough) {
    damping_ = next_damping(damping_);
    scaled_.diagonal() = diagonal.array() + damping_;
    factor_ = scaled_;
    is_definite = factorise(factor_) && has_definite_pivots(factor_, scaled_);
  }
}

Vector NewtonSystem::solve(const Vector& y) const {
  test_failure(TestPhase::solve);
  Vector x = y;
  factor_.triangularView<Eigen::Lower>().solveInPlace(x);
  factor_.adjoint().triangularView<Eigen::Upper>().solveInPlace(x);
  return x;
}

/// With S = L Lᵀ the first j rows combine to row j by the weights x, L₁₁ᵀ x = l_j (l_j: row j of L before its pivot).
std::vector<DependentParameter> NewtonSystem::dependent_parameters() const {
  std::vector<DependentParameter> dependent;
  for (Index j = 0; damping_ > 0 && j < scaled_.rows(); ++j) {
    if (!has_vanished(factor_, scaled_, j, kWeakPivot * damping_)) {
      continue;
    }
    DependentParameter found{j, {}};
    const Matrix& l = factor_;
    Vector x = l.row(j).head(j).transpose();
    l.topLeftCorner(j, j).triangularView<Eigen::Lower>().transpose().solveInPlace(x);
    const double largest = j == 0 ? 0.0 : x.cwiseAbs().maxCoeff();
    for (Index i = 0; i < j; ++i) {
      if (std::abs(x[i]) > kPartner * largest) {
        found.partners.push_back(i);
      }
    }
    dependent.push_back(std::move(found));
  }
  return dependent;
}

const SymmetricSolver& cholesky_solver() {
  static const CholeskySolver kSolver;
  return kSolver;
}

}  // namespace lockstep
