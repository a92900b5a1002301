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
#include "data/dataset.h"
#include "lockstep/base/order.h"

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

/// One thread's scratch; buffers grow to what a panel needs and are kept. After Model::add_rows() `loss` holds s ℓ of
/// the rows of the last panel.
struct Workspace {
  AlignedVector<double> margin, target, weight, loss, slope, curvature, direction;
  GramScratch gram;
  AlignedVector<double> leaf, block, gradient;  ///< of one leaf
  std::vector<AlignedVector<double>> layers64;  ///< networks: activations and their derivatives
  std::vector<AlignedVector<float>> layers32;
  SparseInput<double> sparse64;  ///< networks
  SparseInput<float> sparse32;
};

/// Margins of the local rows, rows × K row-major, as a pass computed them; empty where margins are not kept.
using Margins = std::vector<double>;

/// Parameters as the kernels read them (order and type), made once a pass and shared by its threads.
struct KernelParameters {
  AlignedVector<double> values64;
  AlignedVector<float> values32;
};

/// Parameters first, first + stride, … (`count` of them) whose common shift changes no margin that matters: F is
/// constant along it.
struct InvariantShift {
  Index first = 0;
  Index stride = 1;
  Index count = 0;
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

  /// Lengths of a partial: header as LossHeader; payload = gradient (p), then the packed lower triangle of the Hessian
  /// (p(p+1)/2).
  virtual PartialShape shape(Order order) const = 0;

  /// Writes w (p) in the kernels' form.
  virtual void prepare(const Vector& w, KernelParameters& to) const = 0;

  /// Adds the sums over the rows of one leaf (its panels) or lane (pieces of picked rows) at prepared parameters.
  /// `margins`, when not null, receives z of these rows.
  virtual void add_rows(const Dataset& data, std::span<const Rows> rows, const KernelParameters& w, Order order,
                        Partial& into, Workspace& scratch, Margins* margins) const = 0;

  /// Adds Σ s ∇²ℓ · v (payload p, header unused) at w for the prepared direction v. `margins` are those of w where the
  /// model keeps them.
  virtual void add_curvature_product(const Dataset& data, std::span<const Rows> rows, const KernelParameters& w,
                                     const KernelParameters& v, Curvature kind, const Margins& margins, Partial& into,
                                     Workspace& scratch) const = 0;

  /// True when add_rows() works with Order::hessian.
  virtual bool has_hessian() const { return true; }

  /// True when add_hessian_diagonal() works.
  virtual bool has_hessian_diagonal() const { return false; }

  /// Adds the diagonal of Σ s ∇²ℓ (payload p, header unused) at the kept margins.
  virtual void add_hessian_diagonal(const Dataset& data, std::span<const Rows> rows, const Margins& margins,
                                    Partial& into, Workspace& scratch) const;

  /// True when z is linear in w, so that F along a direction needs no pass over the features.
  virtual bool keeps_margins() const = 0;

  /// Adds losses and slopes along the line (header only) of the rows at the margins start + t (end − start).
  virtual void add_losses_between(const Dataset& data, std::span<const Rows> rows, const Margins& start,
                                  const Margins& end, double t, Partial& into, Workspace& scratch) const;

  /// True when the loss of a row can fall for ever, so that F may have its optimum at infinity: add_recession() works.
  virtual bool can_recede() const { return false; }

  /// Adds to the header, as RecessionHeader, the weights of the rows whose margins differ between `start` and `end`: do
  /// their losses fall for ever along the way, or not?
  virtual void add_recession(const Dataset& data, std::span<const Rows> rows, const Margins& start, const Margins& end,
                             Partial& into, Workspace& scratch) const;

  /// True when the loss has no finite minimiser on rows that the model separates strictly.
  virtual bool unbounded_when_separated() const { return false; }

  /// Directions in which F is constant when nothing penalises them: all of these, those among the penalised parameters
  /// included.
  virtual std::vector<InvariantShift> invariant_shifts() const { return {}; }
};

/// Multiply-adds of one product of the model with this many of the data's rows, about.
double work_of_rows(const Dataset& data, const Model& model, std::int64_t rows);

}  // namespace lockstep
