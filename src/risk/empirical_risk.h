/// F(w) = (Σ s_i ℓ(y_i, z_i)) / Σ s_i + penalty over the rows of all ranks: model + data + reduction + penalty.
///
/// Extensive before, intensive after: the reduction returns sums, the division and the penalty happen once, here.
/// Where the columns of the data are scaled (column_scaling.h), the oracle's parameters are u = w / scale; the penalty
/// stays on w, or on what standardization.h says.
#pragma once

#include "lockstep/comm/execution.h"
#include "lockstep/objective/objective.h"
#include "model/pass_engine.h"
#include "risk/regularizer.h"
#include "risk/ride_along.h"
#include "risk/row_reduction.h"

#include <functional>
#include <memory>
#include <vector>

namespace lockstep {

class EmpiricalRisk final : public SampledObjective {
 public:
  /// `rows` and `model` outlive this. `wishes` is asked before each reduction for this rank's wishes; may be empty.
  /// Where it is not, and steps take all rows, a pass that is interrupted on any rank ends with Agreed<Interrupted> on
  /// all.
  EmpiricalRisk(const LeafSource& rows, const Model& model, Penalty penalty, BatchSettings batches,
                const Execution& execution, std::function<RideAlong()> wishes = {});

  Index dimension() const override { return model_.dimension(); }
  void evaluate(const Vector& w, Order order, Evaluation& result) override;
  void update(UpdateKind kind) override;
  const Structure& structure() const override { return structure_; }
  LinePoint along(const Vector& w, const Vector& d, double t) override;
  bool curvature_product(const Vector& w, const Vector& v, Curvature kind, Vector& product) override;
  bool hessian_diagonal(Vector& diagonal) override;
  Recession recession(const Vector& u, const Vector& d) override;
  void replicate(std::span<double> values) override;
  bool any(bool mine) override;
  bool leads() const override { return execution_.rank() == 0; }
  std::int64_t steps_per_epoch() const override;
  void select_batch(const BatchPosition& position) override;
  void select_all() override { batch_selected_ = false; }

  /// What all ranks wished for in the last reduction.
  const RideAlong& agreed() const { return agreed_; }

  /// Margins of the local rows at the point last accepted; empty where the model keeps none.
  const Margins& accepted_margins() const { return accepted_margins_; }

  /// The parameters w as coefficients of the columns as they are in memory.
  Vector of_columns(const Vector& w) const;

  /// Passes over the features of all rows so far; a mini-batch step counts as its share of the rows.
  double passes() const { return passes_; }

  /// Reductions so far: one an oracle call.
  std::int64_t reductions() const { return reduction_.reductions(); }

  /// The first global row, from 0, that makes F or ∇F infinite at the point last evaluated, whatever batch that was
  /// for; −1: no row does by itself. One more pass. Collective.
  std::int64_t first_row_that_overflows() const;

 private:
  RidingWords words_for(std::uint64_t hash) const;
  /// The sums of a pass at parameters of this hash over all rows, and over those of the selected batch: one reduction.
  const Partial& over_all(Pass pass, std::uint64_t hash);
  const Partial& over_batch(const Pass& pass, std::uint64_t hash);
  /// Takes over what rode beside the sums.
  const Partial& checked(const Partial& total, std::uint64_t hash);
  /// A pass with a payload of p over all rows; its mean plus the penalty's product with v.
  bool take_product(const Pass& pass, std::uint64_t hash, const Vector& v, Vector& product);
  void take_results(const Partial& total, const Vector& w, Order order, Evaluation& result) const;
  void take_mean(const Partial& total, double weight, const Vector& v, Vector& mean) const;
  /// Parameters or a direction as the kernels take them.
  void prepare(const Vector& u, KernelParameters& to) const;

  const LeafSource& rows_;
  const Model& model_;
  bool maps_steps_;  // from the oracle's parameters to those of the columns: see standardization.h
  Penalty penalty_;
  Structure structure_;
  Execution execution_;
  std::function<RideAlong()> wishes_;
  std::unique_ptr<PassEngine> engine_;
  RowReduction reduction_;
  std::unique_ptr<BatchSource> batches_;  // null in full-batch runs
  RideAlong agreed_;
  KernelParameters point_;
  KernelParameters direction_;
  double total_weight_ = 0;  // Σ s over all rows, known after the first full pass
  double passes_ = 0;
  bool batch_selected_ = false;

  std::uint64_t last_hash_ = 0;  // of the parameters of the last full pass
  std::uint64_t accepted_hash_ = 0;
  bool is_fresh_ = false;  // that pass has not been told of by update()
  bool has_point_ = false;
  bool has_trial_ = false;
  Margins last_margins_;
  Margins accepted_margins_;
  Margins trial_margins_;
};

}  // namespace lockstep
