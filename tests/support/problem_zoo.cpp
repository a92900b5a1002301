#include "support/problem_zoo.h"

#include <cmath>
#include <limits>
#include <utility>

namespace lockstep::testing {

FormulaObjective::FormulaObjective(Index dimension, Formula formula)
    : dimension_(dimension), formula_(std::move(formula)) {
  known.has_hessian = true;
  known.has_hessian_diagonal = true;
  known.name = [](Index j) { return "w" + std::to_string(j); };
}

void FormulaObjective::evaluate(const Vector& w, Order order, Evaluation& result) {
  ++evaluations;
  last_ = w;
  result.value = formula_.value(w);
  result.scale = std::abs(result.value);
  result.weight = 1;
  result.mistakes = 1;
  result.stop_requested = count_call();
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

LinePoint FormulaObjective::along(const Vector& w, const Vector& d, double t) {
  ++line_points;
  return {formula_.value(w + t * d), formula_.gradient(w + t * d).dot(d), count_call()};
}

bool FormulaObjective::curvature_product(const Vector& w, const Vector& v, Curvature, Vector& product) {
  product = formula_.hessian(w) * v;
  ++products;
  return count_call();
}

bool FormulaObjective::hessian_diagonal(Vector& diagonal) {
  diagonal = formula_.hessian(accepted_).diagonal();
  return count_call();
}

void FormulaObjective::update(UpdateKind kind) {
  if (kind == UpdateKind::initial || kind == UpdateKind::accept) {
    accepted_ = last_;
  }
}

bool FormulaObjective::count_call() {
  ++calls;
  return stop_at > 0 && calls >= stop_at;
}

L1Term uniform_l1(double strength, Index penalised, Index p) {
  L1Term term;
  term.strength = Vector::Zero(p);
  term.strength.head(penalised).setConstant(strength);
  return term;
}

FormulaObjective quadratic(const Matrix& a, const Vector& b) {
  return {b.size(),
          {[a, b](const Vector& w) { return 0.5 * w.dot(a * w) - b.dot(w); },
           [a, b](const Vector& w) { return Vector(a * w - b); }, [a](const Vector&) { return a; }}};
}

FormulaObjective rosenbrock() {
  return {2,
          {[](const Vector& w) { return 100 * std::pow(w[1] - w[0] * w[0], 2) + std::pow(1 - w[0], 2); },
           [](const Vector& w) {
             return Vector{{-400 * w[0] * (w[1] - w[0] * w[0]) - 2 * (1 - w[0]), 200 * (w[1] - w[0] * w[0])}};
           },
           [](const Vector& w) {
             return Matrix{{1200 * w[0] * w[0] - 400 * w[1] + 2, -400 * w[0]}, {-400 * w[0], 200}};
           }}};
}

FormulaObjective extended_rosenbrock(Index p) {
  return {p,
          {[](const Vector& w) {
             double sum = 0;
             for (Index i = 0; i < w.size(); i += 2) {
               sum += 100 * std::pow(w[i + 1] - w[i] * w[i], 2) + std::pow(1 - w[i], 2);
             }
             return sum;
           },
           [](const Vector& w) {
             Vector g(w.size());
             for (Index i = 0; i < w.size(); i += 2) {
               g[i] = -400 * w[i] * (w[i + 1] - w[i] * w[i]) - 2 * (1 - w[i]);
               g[i + 1] = 200 * (w[i + 1] - w[i] * w[i]);
             }
             return g;
           },
           [](const Vector& w) {
             Matrix h = Matrix::Zero(w.size(), w.size());
             for (Index i = 0; i < w.size(); i += 2) {
               h(i, i) = 1200 * w[i] * w[i] - 400 * w[i + 1] + 2;
               h(i, i + 1) = h(i + 1, i) = -400 * w[i];
               h(i + 1, i + 1) = 200;
             }
             return h;
           }}};
}

FormulaObjective saddle() {
  return {2,
          {[](const Vector& w) { return w[0] * w[0] - w[1] * w[1] + std::pow(w[1], 4); },
           [](const Vector& w) {
             return Vector{{2 * w[0], -2 * w[1] + 4 * std::pow(w[1], 3)}};
           },
           [](const Vector& w) {
             return Matrix{{2, 0}, {0, -2 + 12 * w[1] * w[1]}};
           }}};
}

FormulaObjective linear_form(const Vector& a) {
  return {a.size(),
          {[a](const Vector& w) { return a.dot(w); }, [a](const Vector&) { return a; },
           [](const Vector& w) { return Matrix(Matrix::Zero(w.size(), w.size())); }}};
}

FormulaObjective squared_norm(Index p) {
  return {p,
          {[](const Vector& w) { return w.squaredNorm(); }, [](const Vector& w) { return Vector(2 * w); },
           [](const Vector& w) { return Matrix(2 * Matrix::Identity(w.size(), w.size())); }}};
}

FormulaObjective bilinear() {
  return {3,
          {[](const Vector& w) { return 3 * w[0] * w[1] + w[2]; },
           [](const Vector& w) {
             return Vector{{3 * w[1], 3 * w[0], 1}};
           },
           [](const Vector&) {
             return Matrix{{0, 3, 0}, {3, 0, 0}, {0, 0, 0}};
           }}};
}

FormulaObjective quadratic_form(const Matrix& a) {
  const Matrix symmetric = 0.5 * (a + a.transpose());
  return {a.rows(),
          {[a](const Vector& w) { return 0.5 * w.dot(a * w); },
           [symmetric](const Vector& w) { return Vector(symmetric * w); },
           [symmetric](const Vector&) { return symmetric; }}};
}

Matrix conditioned_matrix(Index p, double condition) {
  Vector eigenvalues(p);
  Vector axis(p);
  for (Index i = 0; i < p; ++i) {
    eigenvalues[i] = std::pow(condition, static_cast<double>(i) / static_cast<double>(p - 1));
    axis[i] = 1 + std::sin(static_cast<double>(7 * i));
  }
  axis.normalize();
  const Matrix q = Matrix::Identity(p, p) - 2 * axis * axis.transpose();
  const Matrix a = q * eigenvalues.asDiagonal() * q;
  return 0.5 * (a + a.transpose());
}

FormulaObjective log_barrier(Index p) {
  return {p,
          {[](const Vector& w) {
             return w.minCoeff() > 0 ? (w.array() - w.array().log()).sum() : std::numeric_limits<double>::infinity();
           },
           [](const Vector& w) { return Vector(1 - w.array().inverse()); },
           [](const Vector& w) { return Matrix(w.array().square().inverse().matrix().asDiagonal()); }}};
}

std::vector<KnownProblem> known_problems() {
  const Matrix a = conditioned_matrix(12, 1e4);
  const Vector best = Vector::LinSpaced(12, -1, 2);
  std::vector<KnownProblem> problems;
  problems.push_back({"squared norm", squared_norm(4), Vector::LinSpaced(4, -1, 2), Vector::Zero(4), 0, 1});
  problems.push_back(
      {"quadratic form", quadratic_form(Matrix{{2, 1}, {-1, 3}}), Vector::Ones(2), Vector::Zero(2), 0, 1.5});
  problems.push_back(
      {"ill-conditioned quadratic", quadratic(a, a * best), Vector::Zero(12), best, -0.5 * best.dot(a * best), 1e4});
  problems.push_back({"Rosenbrock", rosenbrock(), Vector{{-1.2, 1}}, Vector::Ones(2), 0, 2508});
  problems.push_back(
      {"extended Rosenbrock", extended_rosenbrock(20), Vector{{-1.2, 1}}.replicate(10, 1), Vector::Ones(20), 0, 2508});
  problems.push_back({"log barrier", log_barrier(3), Vector{{5, 0.01, 2}}, Vector::Ones(3), 3, 1});
  problems.push_back({"saddle", saddle(), Vector{{1, 0.1}}, Vector{{0, std::sqrt(0.5)}}, -0.25, 2});
  return problems;
}

}  // namespace lockstep::testing
