/// The oracle that optimizers see: F(w) and its derivatives. Optimizers know nothing of ranks, files or data.
///
/// Three functions make an objective: dimension(), evaluate() and update(). The others have defaults in terms of these;
/// one that overrides them makes a call of evaluate(), along(), curvature_product() or hessian_diagonal() one pass and
/// one reduction. F is the smooth part: an L1 penalty is told by the structure and added by the optimizers that can
/// handle it. All members except the const ones are Collective.
#pragma once

#include "lockstep/base/types.h"
#include "lockstep/objective/structure.h"
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

/// Weights of the rows whose margins a step moves (model/model.h says by how much). F recedes along it, with no
/// minimum, where some fall for ever and none rises (R. T. Rockafellar, Convex Analysis, §8 and §27).
struct Recession {
  double falling = 0;
  double rising = 0;
  bool stop_requested = false;
};

class Objective {
 public:
  virtual ~Objective() = default;

  /// p, the number of parameters.
  virtual Index dimension() const = 0;

  /// F and its derivatives at w (p), over all rows or the selected batch. `result` is overwritten up to `order`;
  /// Order::hessian is asked for only where the structure says that it works.
  virtual void evaluate(const Vector& w, Order order, Evaluation& result) = 0;

  /// Tells what the last evaluated point is, for what is kept of it.
  virtual void update(UpdateKind kind) = 0;

  /// What is known of F; the same at every call.
  virtual const Structure& structure() const;

  /// F(w + t d) and its derivative in t, where w is the point last accepted (or initial) and w + d the last trial. A
  /// linear model answers from kept margins without a pass over the features; the result serves the choice of t only.
  /// Unless overridden, evaluates the gradient there.
  virtual LinePoint along(const Vector& w, const Vector& d, double t);

  /// product = ∇²F(w) v, or the Gauss–Newton product, where w is the point last accepted (or initial). Returns whether
  /// a stop is requested. Unless overridden, (∇F(w + hv) − ∇F(w − hv)) / 2h, two evaluations.
  virtual bool curvature_product(const Vector& w, const Vector& v, Curvature kind, Vector& product);

  /// diagonal = diag ∇²F at the point last accepted (or initial). Returns whether a stop is requested. Only where the
  /// structure says that it works.
  virtual bool hessian_diagonal(Vector& diagonal);

  /// What becomes of the terms of F that change by going from u, the point last accepted, to u + d (p) and beyond. Two
  /// passes. Only where the structure says that F can recede.
  virtual Recession recession(const Vector& u, const Vector& d);

  /// Replaces the values by rank 0's: for solves whose result could differ between nodes. Identity in serial and
  /// unless overridden.
  virtual void replicate(std::span<double> values);

  /// Whether any rank says so: of a solve that a rank has given up. Identity in serial and unless overridden.
  virtual bool any(bool mine) { return mine; }

  /// True on the rank whose values replicate() gives to all. Not Collective. What it decides may only be which rank
  /// runs a solve whose results are replicated.
  virtual bool leads() const { return true; }

  const Vector& scales() const { return structure().scales; }
  const L1Term& l1() const { return structure().l1; }
  bool has_hessian() const { return structure().has_hessian; }
  bool has_hessian_diagonal() const { return structure().has_hessian_diagonal; }
  bool can_recede() const { return structure().can_recede; }
  bool unbounded_when_separated() const { return structure().unbounded_when_separated; }
  std::string parameter_name(Index j) const;

  /// Removes from v its component along the directions in which F is constant.
  void remove_invariant(Vector& v) const;

  /// Adds to H a positive multiple of the projection on these directions, so that a singular Newton system has one
  /// solution, the one without a component along them. The multiple is the mean diagonal of the shifted parameters: the
  /// filled directions are as stiff as the rest.
  void fill_invariant(SymmetricMatrix& hessian) const;
};

/// An objective that is a mean over rows, of which a step may take a part.
class SampledObjective : public Objective {
 public:
  /// The number of steps S of an epoch.
  virtual std::int64_t steps_per_epoch() const = 0;
  /// Calls of evaluate() are over the rows of one step from now on; select_all() goes back to all rows.
  virtual void select_batch(const BatchPosition& position) = 0;
  virtual void select_all() = 0;
};

/// From w to u and back, by the scales and centres of the objective's structure; exact unless columns are centred.
Vector to_scaled(const Objective& objective, const Vector& w);
Vector from_scaled(const Objective& objective, const Vector& u);
/// The derivative in u from that in w: the transpose of from_scaled().
Vector gradient_in_scaled(const Structure& structure, const Vector& gradient);
Vector from_scaled(const Structure& structure, const Vector& u);

}  // namespace lockstep
