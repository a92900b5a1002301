/// A model adds the sums of some rows (losses, gradient, Hessian) into a partial sum. It never sees a communicator.
///
/// Extensive before, intensive after: a partial holds Σs, Σsℓ, Σs∇ℓ, Σs∇²ℓ; the division by Σs and the penalty happen
/// once, after the reduction (empirical_risk.h).
#pragma once

#include "lockstep/base/order.h"
#include "lockstep/comm/partial.h"
#include "lockstep/data/dataset.h"

#include <span>
#include <vector>

namespace lockstep {

/// Header of every partial of a training pass.
enum class LossHeader : std::size_t {
  weight,    ///< Σ s_i
  loss,      ///< Σ s_i ℓ_i
  mistakes,  ///< Σ s_i over rows on the wrong side (classifiers), else 0
};
inline constexpr Index kLossHeader = 3;

/// One thread's scratch; buffers grow to what a panel needs and are kept.
struct Workspace {
  AlignedVector<double> margin, target, weight, loss, slope, curvature;
  GramScratch gram;
  std::vector<std::int32_t> picked;
};

/// One margin z_i a local row, as a pass computed it; empty where margins are not kept.
using Margins = std::vector<double>;

class Model {
 public:
  virtual ~Model() = default;

  /// p, the number of parameters.
  virtual Index dimension() const = 0;

  /// Which of the p parameters are penalised: the first so many (intercepts and biases come last).
  virtual Index penalised() const = 0;

  /// Lengths of a partial: payload = gradient (p), then the packed lower triangle of the Hessian (p(p+1)/2).
  virtual PartialShape shape(Order order) const = 0;

  /// Adds the sums over the rows of one leaf (its panels) or lane (pieces of picked rows) at parameters w (p).
  /// `margins`, when not null, receives z_i of these rows.
  virtual void add_rows(const Dataset& data, std::span<const Rows> rows, const double* w, Order order, Partial& into,
                        Workspace& scratch, Margins* margins) const = 0;

  /// True when z is linear in w, so that F along a direction needs no pass over the features.
  virtual bool keeps_margins() const = 0;

  /// Adds the losses (header only) of the rows at the margins start_i + t (end_i − start_i).
  virtual void add_losses_between(const Dataset& data, std::span<const Rows> rows, const Margins& start,
                                  const Margins& end, double t, Partial& into, Workspace& scratch) const = 0;
};

}  // namespace lockstep
