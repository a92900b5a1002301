/// Problems with a known optimum, as objectives.
#pragma once

#include "lockstep/objective/objective.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lockstep::testing {

/// A serial objective given by its formula; oracle calls are counted, and a stop can be wished for from one of them on.
class FormulaObjective : public SampledObjective {
 public:
  struct Formula {
    std::function<double(const Vector&)> value;
    std::function<Vector(const Vector&)> gradient;
    std::function<Matrix(const Vector&)> hessian;
  };

  FormulaObjective(Index dimension, Formula formula);

  Index dimension() const override { return dimension_; }
  void evaluate(const Vector& w, Order order, Evaluation& result) override;
  LinePoint along(const Vector& w, const Vector& d, double t) override;
  bool curvature_product(const Vector& w, const Vector& v, Curvature kind, Vector& product) override;
  bool hessian_diagonal(Vector& diagonal) override;
  const Structure& structure() const override { return known; }
  void update(UpdateKind kind) override;
  std::int64_t steps_per_epoch() const override { return 2; }
  void select_batch(const BatchPosition&) override {}
  void select_all() override {}

  const Formula& formula() const { return formula_; }

  int evaluations = 0;  // full passes
  int line_points = 0;
  int products = 0;
  int calls = 0;  // of any kind
  int stop_at = -1;
  Structure known;

 private:
  bool count_call();

  Index dimension_;
  Formula formula_;
  Vector last_;
  Vector accepted_;
};

/// strength ‖w‖₁ over the first `penalised` of p parameters.
L1Term uniform_l1(double strength, Index penalised, Index p);

/// ½ wᵀAw − bᵀw; minimiser A⁻¹b.
FormulaObjective quadratic(const Matrix& a, const Vector& b);

/// 100 (w₂ − w₁²)² + (1 − w₁)²; start (−1.2, 1), minimiser (1, 1), minimum 0, condition number 2508 there.
FormulaObjective rosenbrock();

/// Σ over pairs of 100 (w₂ − w₁²)² + (1 − w₁)²; p even; start (−1.2, 1, …), minimiser 1, minimum 0.
FormulaObjective extended_rosenbrock(Index p);

/// w₁² − w₂² + w₂⁴: a saddle at 0; minimisers (0, ±1/√2), minimum −¼, condition number 2 there.
FormulaObjective saddle();

/// aᵀw: ∇ = a, ∇² = 0; unbounded.
FormulaObjective linear_form(const Vector& a);

/// ‖w‖²: ∇ = 2w, ∇² = 2I; minimiser 0, minimum 0, condition number 1.
FormulaObjective squared_norm(Index p);

/// 3 w₁w₂ + w₃: ∇ = (3w₂, 3w₁, 1); indefinite and unbounded.
FormulaObjective bilinear();

/// ½ wᵀAw, A possibly not symmetric: ∇ = ½(A + Aᵀ)w, ∇² = ½(A + Aᵀ).
FormulaObjective quadratic_form(const Matrix& a);

/// Symmetric positive definite, p × p, eigenvalues from 1 to `condition` in equal ratios, eigenvectors of a reflection.
Matrix conditioned_matrix(Index p, double condition);

/// w − log w per coordinate, +∞ where w ≤ 0; minimiser 1, minimum p. A unit step from afar leaves the domain.
FormulaObjective log_barrier(Index p);

/// A problem whose optimum is known.
struct KnownProblem {
  std::string name;
  FormulaObjective objective;
  Vector start;
  Vector minimiser;
  double minimum = 0;
  double condition = 1;  ///< of the Hessian at the minimiser
};

std::vector<KnownProblem> known_problems();

}  // namespace lockstep::testing
