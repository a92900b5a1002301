/// Problems with a known optimum, as objectives.
#pragma once

#include "lockstep/base/lanes.h"
#include "lockstep/objective/objective.h"

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>

namespace lockstep::testing {

/// A serial objective given by its formula; evaluations are counted, and a stop can be wished for from one of them on.
class FormulaObjective : public Objective {
 public:
  struct Formula {
    std::function<double(const Vector&)> value;
    std::function<Vector(const Vector&)> gradient;
    std::function<Matrix(const Vector&)> hessian;
  };

  FormulaObjective(Index dimension, Formula formula) : dimension_(dimension), formula_(std::move(formula)) {}

  Index dimension() const override { return dimension_; }
  void evaluate(const Vector& w, Order order, Evaluation& result) override {
    ++evaluations;
    last_ = w;
    result.value = formula_.value(w);
    result.weight = 1;
    result.mistakes = 1;
    result.stop_requested = stop_at > 0 && evaluations >= stop_at;
    if (order >= Order::gradient) {
      result.gradient = formula_.gradient(w);
    }
    if (order == Order::hessian) {
      const Matrix h = formula_.hessian(w);
      result.hessian.resize(dimension_);
      for (Index i = 0; i < dimension_; ++i) {
        for (Index j = 0; j <= i; ++j) {
          result.hessian(i, j) = h(i, j);
        }
      }
    }
  }
  LinePoint along(const Vector& w, const Vector& d, double t) override {
    return {formula_.value(w + t * d), formula_.gradient(w + t * d).dot(d), false};
  }
  bool curvature_product(const Vector& w, const Vector& v, Curvature, Vector& product) override {
    product = formula_.hessian(w) * v;
    ++products;
    return false;
  }
  bool has_hessian_diagonal() const override { return true; }
  bool hessian_diagonal(Vector& diagonal) override {
    diagonal = formula_.hessian(accepted_).diagonal();
    return false;
  }
  void update(UpdateKind kind) override {
    if (kind == UpdateKind::initial || kind == UpdateKind::accept) {
      accepted_ = last_;
    }
  }
  std::int64_t steps_per_epoch() const override { return 2; }
  void select_batch(const BatchPosition&) override {}
  void select_all() override {}
  void replicate(std::span<double>) override {}
  bool unbounded_when_separated() const override { return false; }
  std::string parameter_name(Index j) const override { return "w" + std::to_string(j); }

  int evaluations = 0;
  int products = 0;
  int stop_at = -1;

 private:
  Index dimension_;
  Formula formula_;
  Vector last_;
  Vector accepted_;
};

/// ½ wᵀAw − bᵀw; minimiser A⁻¹b.
inline FormulaObjective quadratic(const Matrix& a, const Vector& b) {
  return {b.size(),
          {[a, b](const Vector& w) { return 0.5 * w.dot(a * w) - b.dot(w); },
           [a, b](const Vector& w) { return Vector(a * w - b); }, [a](const Vector&) { return a; }}};
}

/// 100 (w₂ − w₁²)² + (1 − w₁)²; start (−1.2, 1), minimiser (1, 1), minimum 0, condition number 2508 there.
inline FormulaObjective rosenbrock() {
  return {2,
          {[](const Vector& w) { return 100 * std::pow(w[1] - w[0] * w[0], 2) + std::pow(1 - w[0], 2); },
           [](const Vector& w) {
             return Vector{{-400 * w[0] * (w[1] - w[0] * w[0]) - 2 * (1 - w[0]), 200 * (w[1] - w[0] * w[0])}};
           },
           [](const Vector& w) {
             return Matrix{{1200 * w[0] * w[0] - 400 * w[1] + 2, -400 * w[0]}, {-400 * w[0], 200}};
           }}};
}

/// w − log w per coordinate, +∞ where w ≤ 0; minimiser 1, minimum p. A unit step from afar leaves the domain.
inline FormulaObjective log_barrier(Index p) {
  return {p,
          {[](const Vector& w) {
             return w.minCoeff() > 0 ? (w.array() - w.array().log()).sum() : std::numeric_limits<double>::infinity();
           },
           [](const Vector& w) { return Vector(1 - w.array().inverse()); },
           [](const Vector& w) { return Matrix(w.array().square().inverse().matrix().asDiagonal()); }}};
}

}  // namespace lockstep::testing
