/// The oracle that optimizers see: F(w) and its derivatives. Optimizers know nothing of ranks, files or data.
///
/// One call of evaluate() is one pass over the data and one reduction. All members except dimension() are Collective.
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
  accept,   ///< the last evaluated point is the new iterate
  revert    ///< the trial is dropped
};

/// Where a mini-batch stands: step of S = ⌈n/B⌉ in an epoch.
struct BatchPosition {
  std::int64_t epoch = 0;
  std::int64_t step = 0;
};

/// What one oracle call returns; fields beyond the order asked for keep their old content.
struct Evaluation {
  double value = 0;             ///< F(w): mean loss plus penalty
  Vector gradient;              ///< ∇F(w), p
  SymmetricMatrix hessian;      ///< ∇²F(w), p × p
  double weight = 0;            ///< Σ s of the rows used
  double mistakes = 0;          ///< Σ s of the rows on the wrong side (classifiers)
  bool stop_requested = false;  ///< some rank wishes to stop; the same on every rank
};

class Objective {
 public:
  virtual ~Objective() = default;

  /// p, the number of parameters.
  virtual Index dimension() const = 0;

  /// F and its derivatives at w (p), over all rows or the selected batch. `result` is overwritten up to `order`.
  virtual void evaluate(const Vector& w, Order order, Evaluation& result) = 0;

  /// F(w + t d), where w is the point last accepted (or initial) and w + d the last trial. A linear model answers from
  /// kept margins without a pass over the features; the value serves the choice of t only.
  virtual double value_along(const Vector& w, const Vector& d, double t, bool& stop_requested) = 0;

  /// Tells what the last evaluated point is.
  virtual void update(UpdateKind kind) = 0;

  /// The number of steps S of an epoch, and the choice of rows of one step; select_all() goes back to all rows.
  virtual std::int64_t steps_per_epoch() const = 0;
  virtual void select_batch(const BatchPosition& position) = 0;
  virtual void select_all() = 0;

  /// Replaces the values by rank 0's: for solves whose result could differ between nodes. Identity in serial.
  virtual void replicate(std::span<double> values) = 0;

  /// True when the strict separation of the classes rules out a finite minimiser: logistic loss, no penalty.
  virtual bool unbounded_when_separated() const = 0;

  /// Name of parameter j for messages ("area", "intercept").
  virtual std::string parameter_name(Index j) const = 0;
};

}  // namespace lockstep
