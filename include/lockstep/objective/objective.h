/// The oracle that optimizers see: F(w) and its derivatives. Optimizers know nothing of ranks, files or data.
///
/// One call of evaluate(), along(), curvature_product() or hessian_diagonal() is one pass and one reduction. F is the
/// smooth part of the objective: mean loss and the L2 penalty. An L1 penalty is told by l1() and added by the
/// optimizers that can handle it. All members except the const ones are Collective.
#pragma once

#include "lockstep/base/order.h"
#include "lockstep/base/types.h"
#include "lockstep/objective/symmetric_matrix.h"

#include <cstdint>
#include <span>
#include <string>

namespace lockstep {

/// What a new point means to the oracle (after sandialabs/rol's UpdateType): kept margins follow it.
enum class UpdateKind {
  initial,  ///< the last evaluated point is where the run starts
  trial,    ///< the last evaluated point is the end of a line search's direction
  accept    ///< the last evaluated point is the new iterate
};

/// Where a mini-batch stands: step of S = ⌈n/B⌉ in an epoch.
struct BatchPosition {
  std::int64_t epoch = 0;
  std::int64_t step = 0;
};

/// What one oracle call returns; fields beyond the order asked for keep their old content.
struct Evaluation {
  double value = 0;             ///< F(w): mean loss plus L2 penalty
  double scale = 0;             ///< size of the terms that F sums, ≥ |F|: its rounding is relative to this
  Vector gradient;              ///< ∇F(w), p
  SymmetricMatrix hessian;      ///< ∇²F(w), p × p
  double weight = 0;            ///< Σ s of the rows used
  double mistakes = 0;          ///< Σ s of the rows on the wrong side (classifiers)
  bool stop_requested = false;  ///< some rank wishes to stop; the same on every rank
};

/// F on a line.
struct LinePoint {
  double value = 0;  ///< F(w + t d)
  double slope = 0;  ///< dF/dt there
  bool stop_requested = false;
};

/// Weights of the rows whose margins a step moves (model.h says by how much). F recedes along it, with no minimum,
/// where some fall for ever and none rises (R. T. Rockafellar, Convex Analysis, §8 and §27).
struct Recession {
  double falling = 0;
  double rising = 0;
  bool stop_requested = false;
};

/// Σ_j strength_j |u_j|.
struct L1Term {
  Vector strength;  ///< ≥ 0, p; 0 for parameters that are not penalised; empty: there is no such term

  bool is_zero() const { return strength.size() == 0; }
  /// True where u_j = 0 is a kink of the term.
  bool penalises(Index j) const { return !is_zero() && strength[j] > 0; }
};

class Objective {
 public:
  virtual ~Objective() = default;

  /// p, the number of parameters.
  virtual Index dimension() const = 0;

  /// F and its derivatives at w (p), over all rows or the selected batch. `result` is overwritten up to `order`.
  virtual void evaluate(const Vector& w, Order order, Evaluation& result) = 0;

  /// F(w + t d) and its derivative in t, where w is the point last accepted (or initial) and w + d the last trial. A
  /// linear model answers from kept margins without a pass over the features; the result serves the choice of t only.
  virtual LinePoint along(const Vector& w, const Vector& d, double t) = 0;

  /// product = ∇²F(w) v, or the Gauss–Newton product, where w is the point last accepted (or initial). Returns whether
  /// a stop is requested.
  virtual bool curvature_product(const Vector& w, const Vector& v, Curvature kind, Vector& product) = 0;

  /// True when hessian_diagonal() works.
  virtual bool has_hessian_diagonal() const = 0;

  /// diagonal = diag ∇²F at the point last accepted (or initial). Returns whether a stop is requested.
  virtual bool hessian_diagonal(Vector& diagonal) = 0;

  /// Tells what the last evaluated point is.
  virtual void update(UpdateKind kind) = 0;

  /// The number of steps S of an epoch, and the choice of rows of one step; select_all() goes back to all rows.
  virtual std::int64_t steps_per_epoch() const = 0;
  virtual void select_batch(const BatchPosition& position) = 0;
  virtual void select_all() = 0;

  /// Replaces the values by rank 0's: for solves whose result could differ between nodes. Identity in serial.
  virtual void replicate(std::span<double> values) = 0;

  /// True on the rank whose values replicate() gives to all. Not Collective. What it decides may only be which rank
  /// runs a solve whose results are replicated.
  virtual bool leads() const { return true; }

  /// Powers of two D (p; empty: all 1) that bring the parameters to one size: the oracle works in u = D⁻¹ w, where w
  /// are the parameters that people and files see. Every vector above is in u.
  virtual const Vector& scales() const;

  /// True when Order::hessian works.
  virtual bool has_hessian() const { return true; }

  /// The L1 penalty that F leaves out.
  virtual const L1Term& l1() const;

  /// Removes from v its component along the directions in which F is constant (the common shift of softmax
  /// coefficients).
  virtual void remove_invariant(Vector& v) const { static_cast<void>(v); }

  /// Adds to H a positive multiple of the projection on these directions, so that a singular Newton system has one
  /// solution, the one without a component along them.
  virtual void fill_invariant(SymmetricMatrix& hessian) const { static_cast<void>(hessian); }

  /// True when F may have its optimum at infinity, which recession() then shows.
  virtual bool can_recede() const { return false; }

  /// What becomes of the terms of F that change by going from u, the point last accepted, to u + d (p) and beyond. Two
  /// passes. Only where can_recede().
  virtual Recession recession(const Vector& u, const Vector& d);

  /// True when the strict separation of the classes rules out a finite minimiser: logistic loss, no penalty.
  virtual bool unbounded_when_separated() const = 0;

  /// Name of parameter j for messages ("area", "intercept").
  virtual std::string parameter_name(Index j) const = 0;
};

/// u = D⁻¹ w and w = D u of the objective's scales; exact.
Vector to_scaled(const Objective& objective, const Vector& w);
Vector from_scaled(const Objective& objective, const Vector& u);

}  // namespace lockstep
