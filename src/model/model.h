/// A model adds the sums of some rows (losses, gradient, Hessian) into a partial sum. It never sees a communicator.
///
/// Extensive before, intensive after: a partial holds Σs, Σsℓ, Σs∇ℓ, Σs∇²ℓ; the division by Σs and the penalty happen
/// once, after the reduction (empirical_risk.h).
///
/// | symbol | meaning                                   | shape |
/// | w      | parameters                                | p     |
/// | z      | margins, the model's outputs for the rows | n × K |
/// | s      | row weights (times the class weights)     | n     |
#pragma once

#include "comm/partial.h"
#include "data/leaf_source.h"
#include "lockstep/base/types.h"
#include "model/pass.h"

#include <span>
#include <vector>

namespace lockstep {

/// Header of every partial of a training pass.
enum class LossHeader : std::size_t {
  weight,    ///< Σ s_i
  loss,      ///< Σ s_i ℓ_i
  mistakes,  ///< Σ s_i over rows on the wrong side (classifiers), else 0
  slope,     ///< Σ s_i ℓ'_i Δz_i along a line of kept margins, else 0
  scale,  ///< Σ s_i · size of the terms of ℓ_i that may cancel; of losses that are sums of positive terms Σ s_i ℓ_i
};
inline constexpr Index kLossHeader = 5;

/// Header of a pass that asks whether F recedes.
enum class RecessionHeader : std::size_t {
  falling,  ///< Σ s of the rows that move by more than kMovedDown and whose loss falls for ever
  rising,   ///< Σ s of the others that move by more than kMovedUp
};
inline constexpr Index kRecessionHeader = 2;

/// Changes of a margin. A Newton step moves rows whose loss is a falling exponential by 1; what others move must be
/// next to nothing beside that, or they will stop them.
inline constexpr double kMovedDown = 1e-2;
inline constexpr double kMovedUp = 1e-5;

/// A piece of sparse rows as the first layer of a network multiplies it.
template <typename T>
struct SparseInput {
  Nonzeros<T> rows;        ///< X
  Nonzeros<T> transposed;  ///< Xᵀ
  AlignedVector<T> block;  ///< X W or D, rows × units
};

/// One thread's scratch; buffers grow to what a panel needs and are kept. After Model::add() of a value pass `loss`
/// holds s ℓ of the rows of the last panel.
struct Workspace {
  AlignedVector<double> margin, target, weight, loss, slope, curvature, direction;
  GramScratch gram;
  AlignedVector<double> leaf, block, gradient;  ///< of one leaf
  std::vector<AlignedVector<double>> layers64;  ///< networks: activations and their derivatives
  std::vector<AlignedVector<float>> layers32;
  SparseInput<double> sparse64;  ///< networks
  SparseInput<float> sparse32;
  RowBuffer rows;
};

/// What a parameter multiplies, as far as one feature or one margin is meant.
struct ParameterPlace {
  Index feature = -1;  ///< −1: an intercept, or one of a deeper layer
  Index output = -1;   ///< the margin that it adds to; −1: no single one
};

class Model {
 public:
  virtual ~Model() = default;

  /// p, the number of parameters.
  virtual Index dimension() const = 0;

  /// K, the number of margins a row.
  virtual Index outputs() const = 0;

  /// Which of the p parameters are penalised: the first so many (intercepts and biases come last).
  virtual Index penalised() const = 0;

  /// Where parameter j belongs.
  virtual ParameterPlace place(Index j) const = 0;

  /// The intercept, or bias of the same unit, beside parameter j of a feature; −1: there is none.
  virtual Index intercept_beside(Index j) const = 0;

  /// True when add() knows passes of this kind; value and gradient always.
  virtual bool has(PassKind kind) const = 0;

  /// Lengths of the partial that a pass of this kind adds into. Throws InternalError for one that add() does not know.
  PartialShape shape(PassKind kind) const;

  /// True when add() of the passes that has_terms() can leave the sums over features to who takes Pass::terms r: they
  /// are Σ_i r_ik x_ij, and of a diagonal pass Σ_i r_ik x_ij², at k d + j.
  virtual bool gives_terms() const { return false; }

  /// Of the payloads.
  virtual Scalar precision() const { return Scalar::float64; }

  /// True when z is linear in w: passes keep it, and F along a line needs no pass over the features.
  virtual bool keeps_margins() const = 0;

  /// Writes w (p) in the kernels' form.
  virtual void prepare(const Vector& w, KernelParameters& to) const = 0;

  /// Adds the sums over the rows of one leaf, in panels, or over one piece of picked rows. Margins in the pass are
  /// those of these rows, in their order. Products, diagonals and recessions of models that keep margins read them.
  virtual void add(const Pass& pass, const RowSet& rows, Partial& into, Workspace& scratch) const = 0;

  /// True when the loss has no finite minimiser on rows that the model separates strictly.
  virtual bool unbounded_when_separated() const { return false; }

  /// Directions in which F is constant when nothing penalises them: all of these, those among the penalised parameters
  /// included.
  virtual std::vector<InvariantShift> invariant_shifts() const { return {}; }
};

}  // namespace lockstep
