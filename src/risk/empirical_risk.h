/// F(w) = (Σ s_i ℓ(y_i, z_i)) / Σ s_i + penalty over the rows of all ranks: model + data + reduction + penalty.
///
/// Extensive before, intensive after: the reduction returns sums, the division and the penalty happen once, here.
/// Where the columns of the data are scaled (column_scaling.h), the oracle's parameters are u = w / scale; the penalty
/// stays on w.
#pragma once

#include "lockstep/objective/objective.h"
#include "risk/regularizer.h"
#include "risk/row_reduction.h"

#include <functional>
#include <memory>
#include <vector>

namespace lockstep {

/// What rides beside every reduction: a rank's wishes going in, all ranks' maxima coming out.
struct RideAlong {
  std::uint64_t stop = 0;        ///< why to stop; 0: go on
  std::uint64_t checkpoint = 0;  ///< 1: a checkpoint is due
};

struct BatchSettings {
  std::int64_t batch_size = 0;  ///< B ≥ 1, global; 0: full-batch run
  std::uint64_t seed = 0;
};

class EmpiricalRisk final : public Objective {
 public:
  /// `wishes` is asked before each reduction for this rank's wishes; may be empty. threads ≥ 1.
  EmpiricalRisk(const Dataset& data, const Model& model, Penalty penalty, BatchSettings batches, int threads,
                Communicator& comm, std::function<RideAlong()> wishes = {});

  Index dimension() const override { return model_.dimension(); }
  void evaluate(const Vector& w, Order order, Evaluation& result) override;
  LinePoint along(const Vector& w, const Vector& d, double t) override;
  bool curvature_product(const Vector& w, const Vector& v, Curvature kind, Vector& product) override;
  bool has_hessian_diagonal() const override { return model_.has_hessian_diagonal(); }
  bool hessian_diagonal(Vector& diagonal) override;
  void update(UpdateKind kind) override;
  std::int64_t steps_per_epoch() const override;
  void select_batch(const BatchPosition& position) override;
  void select_all() override { batch_selected_ = false; }
  void replicate(std::span<double> values) override;
  bool leads() const override { return comm_.rank() == 0; }
  const Vector& scales() const override { return scales_; }
  bool has_hessian() const override { return model_.has_hessian(); }
  const L1Term& l1() const override { return l1_; }
  void remove_invariant(Vector& v) const override;
  void fill_invariant(SymmetricMatrix& hessian) const override;
  bool can_recede() const override { return model_.can_recede() && penalty_.is_zero(); }
  Recession recession(const Vector& u, const Vector& d) override;
  bool unbounded_when_separated() const override;
  std::string parameter_name(Index j) const override;

  /// What all ranks wished for in the last reduction.
  const RideAlong& agreed() const { return agreed_; }

  /// Margins of the local rows at the point last accepted; empty where the model keeps none.
  const Margins& accepted_margins() const { return accepted_margins_; }

  /// Passes over the features of all rows so far; a mini-batch step counts as its share of the rows.
  double passes() const { return passes_; }

  /// Reductions so far: one an oracle call.
  std::int64_t reductions() const { return reduction_.reductions(); }

  /// The first global row, from 0, that makes F or ∇F infinite at the point last evaluated, whatever batch that was
  /// for; −1: no row does by itself. One more pass. Collective.
  std::int64_t first_row_that_overflows() const;

  /// Throws InternalError (70) naming the odd ranks unless all ranks give the same hash. Collective.
  void require_agreement(std::uint64_t hash);

 private:
  RidingWords words_at(const Vector& w) const;
  const Partial& sum_leaves(const Vector& w, Order order);
  const Partial& sum_lanes(const Vector& w, Order order);
  /// One reduction over all rows with a payload of p; its mean plus the penalty's product with v.
  bool sum_products(const Vector& w, const LeafSummer::AddLeaf& add_leaf, const Vector& v, Vector& product);
  void take_words(const Partial& total, const Vector& w);
  void take_results(const Partial& total, const Vector& w, Order order, Evaluation& result) const;
  void take_mean(const Partial& total, double weight, const Vector& v, Vector& mean) const;

  const Dataset& data_;
  const Model& model_;
  Vector scales_;  // of the parameters, by those of the columns
  Penalty penalty_;
  L1Term l1_;
  std::vector<InvariantShift> shifts_;  // along which F is constant, penalty included
  BatchSettings batches_;
  int threads_;
  Communicator& comm_;
  std::function<RideAlong()> wishes_;
  RowReduction reduction_;
  RideAlong agreed_;
  KernelParameters point_;
  KernelParameters direction_;
  double total_weight_ = 0;  // Σ s over all rows, known after the first full pass
  double passes_ = 0;

  bool batch_selected_ = false;
  BatchPosition position_;
  std::int64_t shuffled_epoch_ = -1;
  std::vector<std::vector<std::int32_t>> lane_order_;  // local rows of each own lane in this epoch's order

  Margins last_margins_;  // of the last full pass
  Margins accepted_margins_;
  Margins trial_margins_;
};

}  // namespace lockstep
