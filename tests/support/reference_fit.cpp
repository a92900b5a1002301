#include "support/reference_fit.h"

#include <algorithm>
#include <cmath>

#include <Eigen/QR>

namespace lockstep::testing {

RealMatrix ReferenceProblem::margins(const RealVector& w) const {
  RealMatrix z(x.rows(), outputs);
  for (Eigen::Index k = 0; k < outputs; ++k) {
    z.col(k) = x * w.segment(k * features(), features());
    z.col(k).array() += w[coefficients() + k];
  }
  return z;
}

ReferencePoint evaluate_reference(const ReferenceProblem& problem, const RealVector& w, Real stiffness) {
  const Eigen::Index d = problem.features();
  const Eigen::Index n = problem.x.rows();
  const Eigen::Index outputs = problem.outputs;
  const Eigen::Index rows = n * outputs * (stiffness > 0 ? 2 : 1);
  const RealMatrix z = problem.margins(w);
  ReferencePoint at;
  at.gradient = RealVector::Zero(w.size());
  at.j = RealMatrix::Zero(rows + problem.coefficients(), w.size());
  const Real share = 1 / static_cast<Real>(n);
  const auto put = [&](Eigen::Index row, Eigen::Index i, Eigen::Index k, Real weight) {
    at.j.row(row).segment(k * d, d) = weight * std::sqrt(share) * problem.x.row(i);
    at.j(row, problem.coefficients() + k) = weight * std::sqrt(share);
  };
  for (Eigen::Index i = 0; i < n; ++i) {
    const ReferenceLoss loss = problem.loss(problem.y[i], z.row(i).transpose());
    at.value += share * loss.value;
    at.scale += share * loss.size;
    for (Eigen::Index k = 0; k < outputs; ++k) {
      at.gradient.segment(k * d, d) += share * loss.slope[k] * problem.x.row(i).transpose();
      at.gradient[problem.coefficients() + k] += share * loss.slope[k];
      for (Eigen::Index l = 0; l < outputs; ++l) {
        put(i * outputs + k, i, l, loss.root(k, l));
      }
      if (stiffness > 0) {
        put((n + i) * outputs + k, i, k, std::sqrt(stiffness));
      }
    }
  }
  for (Eigen::Index j = 0; j < problem.coefficients(); ++j) {
    at.value += problem.l2 / 2 * w[j] * w[j];
    at.scale += problem.l2 / 2 * w[j] * w[j];
    at.gradient[j] += problem.l2 * w[j];
    at.j(rows + j, j) = std::sqrt(problem.l2);
  }
  if (problem.tilt.size() > 0) {
    at.value += problem.tilt.dot(w);
    at.scale += problem.tilt.cwiseProduct(w).cwiseAbs().sum();
    at.gradient += problem.tilt;
  }
  for (std::size_t j = 0; j < problem.is_fixed.size(); ++j) {
    if (problem.is_fixed[j]) {
      at.j.col(static_cast<Eigen::Index>(j)).setZero();
    }
  }
  return at;
}

RealVector reference_direction(const ReferencePoint& at) {
  const Eigen::Index p = at.gradient.size();
  RealVector unit(p);
  for (Eigen::Index j = 0; j < p; ++j) {
    const Real length = at.j.col(j).stableNorm();
    unit[j] = length > 0 ? 1 / length : 0;
  }
  Eigen::ColPivHouseholderQR<RealMatrix> qr;
  qr.setThreshold(1e-15L);
  qr.compute(at.j * unit.asDiagonal());
  const Eigen::Index rank = qr.rank();
  RealVector right = qr.colsPermutation().transpose() * RealVector(-unit.cwiseProduct(at.gradient));
  const auto r = qr.matrixR().topLeftCorner(rank, rank).template triangularView<Eigen::Upper>();
  RealVector y = RealVector::Zero(p);
  y.head(rank) = r.solve(r.transpose().solve(right.head(rank)));
  return unit.cwiseProduct(RealVector(qr.colsPermutation() * y));
}

ReferenceOptimum reference_optimum(const ReferenceProblem& problem) {
  constexpr int kIterations = 100;
  constexpr Real kSettled = 1e-30L;
  RealVector w = RealVector::Zero(problem.dimension());
  Real promise = 0;
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    bool has_moved = false;
    promise = 0;
    for (const Real stiffness : {0.0L, 1.0L}) {
      const ReferencePoint at = evaluate_reference(problem, w, stiffness);
      const RealVector d = reference_direction(at);
      const Real slope = at.gradient.dot(d);
      promise = std::max(promise, -slope / (2 * at.scale));
      for (Real t = 1; - slope > kSettled * at.scale && t > 1e-18L && !has_moved; t /= 2) {
        const RealVector trial = w + t * d;
        const Real value = evaluate_reference(problem, trial).value;
        if (value < at.value + 1e-4L * t * slope) {
          w = trial;
          has_moved = true;
        }
      }
      if (has_moved) {
        break;
      }
    }
    if (!has_moved) {
      break;
    }
  }
  const ReferencePoint at = evaluate_reference(problem, w);
  return {w, at.value, at.scale, problem.margins(w), at.gradient, promise};
}

namespace reference_losses {

ReferenceLoss pointwise(Real value, Real size, Real slope, Real curvature) {
  return {value, size, RealVector::Constant(1, slope), RealMatrix::Constant(1, 1, std::sqrt(curvature))};
}

ReferenceLoss squared(Real y, const RealVector& z) {
  const Real r = z[0] - y;
  return pointwise(r * r / 2, r * r / 2, r, 1);
}

ReferenceLoss adaline(Real y, const RealVector& z) {
  return squared(2 * y - 1, z);
}

std::function<ReferenceLoss(Real, const RealVector&)> huber(Real delta) {
  return [delta](Real y, const RealVector& z) {
    const Real r = z[0] - y;
    const Real clipped = std::clamp(r, -delta, delta);
    const Real value = clipped * (r - clipped / 2);
    return pointwise(value, value, clipped, std::abs(r) <= delta ? 1 : 0);
  };
}

ReferenceLoss squared_hinge(Real y, const RealVector& z) {
  const Real t = 2 * y - 1;
  const Real short_of = std::max<Real>(0, 1 - t * z[0]);
  return pointwise(short_of * short_of / 2, short_of * short_of / 2, -t * short_of, short_of > 0 ? 1 : 0);
}

ReferenceLoss logistic(Real y, const RealVector& z) {
  const Real u = (1 - 2 * y) * z[0];
  const Real e = std::exp(-std::abs(u));
  const Real value = std::max<Real>(u, 0) + std::log1p(e);
  return pointwise(value, value, (1 - 2 * y) * (u > 0 ? 1 : e) / (1 + e), e / ((1 + e) * (1 + e)));
}

ReferenceLoss poisson(Real y, const RealVector& z) {
  const Real mean = std::exp(z[0]);
  return pointwise(mean - y * z[0], mean + y * std::abs(z[0]), mean - y, mean);
}

ReferenceLoss gamma(Real y, const RealVector& z) {
  const Real ratio = y * std::exp(-z[0]);
  return pointwise(z[0] + ratio, std::abs(z[0]) + ratio, 1 - ratio, ratio);
}

ReferenceLoss softmax(Real y, const RealVector& z) {
  const auto label = static_cast<Eigen::Index>(y);
  const Real largest = z.maxCoeff();
  RealVector p = (z.array() - largest).exp();
  const Real sum = p.sum();
  p /= sum;
  ReferenceLoss loss;
  loss.value = loss.size = std::log(sum) + largest - z[label];
  loss.slope = p;
  loss.slope[label] -= 1;
  loss.root = p.cwiseSqrt().asDiagonal() *
              (RealMatrix::Identity(z.size(), z.size()) - RealVector::Ones(z.size()) * p.transpose());
  return loss;
}

}  // namespace reference_losses

}  // namespace lockstep::testing
