/// Linear predictor with a pointwise loss: z_i = x_iᵀ w + b + o_i.
///
/// | symbol | meaning                  | shape |
/// | w      | coefficients             | d     |
/// | b      | intercept, not penalised | 1     |
/// | o      | offsets                  | n     |
/// Parameters: w, then b where there is an intercept (p = d + 1, else p = d). K = 1.
#pragma once

#include "lockstep/model/pointwise_loss.h"
#include "model/model.h"

#include <memory>

namespace lockstep {

class LinearModel final : public Model {
 public:
  /// `class_weights` multiply the weights of the rows of class 0, 1; empty: all 1.
  LinearModel(Index features, bool intercept, std::unique_ptr<PointwiseLoss> loss,
              std::vector<double> class_weights = {})
      : features_(features), intercept_(intercept), loss_(std::move(loss)), class_weights_(std::move(class_weights)) {}

  Index dimension() const override { return features_ + (intercept_ ? 1 : 0); }
  Index outputs() const override { return 1; }
  Index penalised() const override { return features_; }
  ParameterPlace place(Index j) const override { return {j < features_ ? j : -1, 0}; }
  Index intercept_beside(Index) const override { return intercept_ ? features_ : -1; }
  bool has(PassKind kind) const override { return kind != PassKind::recession || loss_->can_recede(); }
  bool keeps_margins() const override { return true; }
  bool gives_terms() const override { return true; }
  void prepare(const Vector& w, KernelParameters& to) const override;
  void add(const Pass& pass, const RowSet& rows, Partial& into, Workspace& scratch) const override;
  bool unbounded_when_separated() const override { return loss_->unbounded_when_separated(); }

 private:
  void add_panel(const Pass& pass, const RowSet& set, const Rows& rows, Partial& into, Workspace& scratch) const;
  void add_product(const Pass& pass, const RowSet& set, const Rows& rows, Partial& into, Workspace& scratch) const;
  void add_diagonal(const Pass& pass, const RowSet& set, const Rows& rows, Partial& into, Workspace& scratch) const;
  void add_line(const Pass& pass, const RowSet& set, const Rows& rows, Partial& into, Workspace& scratch) const;
  void add_recession(const Pass& pass, const RowSet& set, const Rows& rows, Partial& into, Workspace& scratch) const;
  void add_transposed(const Pass& pass, const RowSet& set, const Rows& rows, const double* r, Partial& into) const;
  void evaluate_kept(const Pass& pass, const RowSet& set, const Rows& rows, Workspace& scratch) const;
  void add_header(Index count, Workspace& scratch, Partial& into) const;

  Index features_;
  bool intercept_;
  std::unique_ptr<PointwiseLoss> loss_;
  std::vector<double> class_weights_;
};

}  // namespace lockstep
