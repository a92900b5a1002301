/// Linear predictor with a pointwise loss: z_i = x_iᵀ w + b + o_i.
///
/// | symbol | meaning                  | shape |
/// | w      | coefficients             | d     |
/// | b      | intercept, not penalised | 1     |
/// | o      | offsets                  | n     |
/// Parameters: w, then b where there is an intercept (p = d + 1, else p = d). K = 1.
#pragma once

#include "model/model.h"
#include "model/pointwise_loss.h"

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
  PartialShape shape(Order order) const override;
  void prepare(const Vector& w, KernelParameters& to) const override;
  void add_rows(const Dataset& data, std::span<const Rows> rows, const KernelParameters& w, Order order, Partial& into,
                Workspace& scratch, Margins* margins) const override;
  void add_curvature_product(const Dataset& data, std::span<const Rows> rows, const KernelParameters& w,
                             const KernelParameters& v, Curvature kind, const Margins& margins, Partial& into,
                             Workspace& scratch) const override;
  bool has_hessian_diagonal() const override { return true; }
  void add_hessian_diagonal(const Dataset& data, std::span<const Rows> rows, const Margins& margins, Partial& into,
                            Workspace& scratch) const override;
  bool keeps_margins() const override { return true; }
  void add_losses_between(const Dataset& data, std::span<const Rows> rows, const Margins& start, const Margins& end,
                          double t, Partial& into, Workspace& scratch) const override;
  bool can_recede() const override { return loss_->can_recede(); }
  void add_recession(const Dataset& data, std::span<const Rows> rows, const Margins& start, const Margins& end,
                     Partial& into, Workspace& scratch) const override;
  bool unbounded_when_separated() const override { return loss_->unbounded_when_separated(); }

 private:
  void add_panel(const Dataset& data, const Rows& rows, const double* w, Order order, Partial& into, Workspace& scratch,
                 Margins* margins) const;
  void evaluate_kept(const Dataset& data, const Rows& rows, const Margins& margins, Workspace& scratch) const;
  void add_header(Index count, Workspace& scratch, Partial& into) const;

  Index features_;
  bool intercept_;
  std::unique_ptr<PointwiseLoss> loss_;
  std::vector<double> class_weights_;
};

}  // namespace lockstep
