/// Linear predictor with a pointwise loss: z_i = x_iᵀ w + b + o_i.
///
/// | symbol | meaning                  | shape |
/// | w      | coefficients             | d     |
/// | b      | intercept, not penalised | 1     |
/// | o      | offsets                  | n     |
/// Parameters: w, then b where there is an intercept (p = d + 1, else p = d).
#pragma once

#include "lockstep/model/model.h"
#include "lockstep/model/pointwise_loss.h"

#include <memory>

namespace lockstep {

class LinearModel final : public Model {
 public:
  LinearModel(Index features, bool intercept, std::unique_ptr<PointwiseLoss> loss)
      : features_(features), intercept_(intercept), loss_(std::move(loss)) {}

  Index dimension() const override { return features_ + (intercept_ ? 1 : 0); }
  Index penalised() const override { return features_; }
  PartialShape shape(Order order) const override;
  void add_rows(const Dataset& data, std::span<const Rows> rows, const double* w, Order order, Partial& into,
                Workspace& scratch, Margins* margins) const override;
  bool keeps_margins() const override { return true; }
  void add_losses_between(const Dataset& data, std::span<const Rows> rows, const Margins& start, const Margins& end,
                          double t, Partial& into, Workspace& scratch) const override;

  const PointwiseLoss& loss() const { return *loss_; }

 private:
  void add_panel(const Dataset& data, const Rows& rows, const double* w, Order order, Partial& into, Workspace& scratch,
                 Margins* margins) const;
  void load_rows(const Dataset& data, const Rows& rows, Workspace& scratch) const;
  void add_header(Index count, Workspace& scratch, Partial& into) const;

  Index features_;
  bool intercept_;
  std::unique_ptr<PointwiseLoss> loss_;
};

}  // namespace lockstep
