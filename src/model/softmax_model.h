/// Multinomial logistic regression over K classes: z_ik = x_iᵀ w_k + b_k.
///
///   ℓ = log Σ_k e^{z_k} − z_y,   ∂ℓ/∂z_k = p_k − [k = y],   ∂²ℓ/∂z_k∂z_l = p_k ([k = l] − p_l)
///
/// | symbol | meaning                     | shape |
/// | W      | coefficients                | K × d |
/// | b      | intercepts, not penalised   | K     |
/// | p      | probabilities, softmax of z | n × K |
/// Parameters: W row by row, then b where there is an intercept. A common shift of b (and, without a penalty, of one
/// feature's coefficients) over the classes changes no probability: see invariant_shifts().
#pragma once

#include "model/model.h"

#include <vector>

namespace lockstep {

class SoftmaxModel final : public Model {
 public:
  /// classes ≥ 2. `class_weights` multiply the weights of the rows of each class; empty: all 1.
  SoftmaxModel(Index features, Index classes, bool intercept, std::vector<double> class_weights = {})
      : features_(features), classes_(classes), intercept_(intercept), class_weights_(std::move(class_weights)) {}

  Index dimension() const override { return classes_ * (features_ + (intercept_ ? 1 : 0)); }
  Index outputs() const override { return classes_; }
  Index penalised() const override { return classes_ * features_; }
  ParameterPlace place(Index j) const override {
    return j < penalised() ? ParameterPlace{j % features_, j / features_} : ParameterPlace{-1, j - penalised()};
  }
  Index intercept_beside(Index j) const override { return intercept_ ? penalised() + j / features_ : -1; }
  bool has(PassKind) const override { return true; }
  bool keeps_margins() const override { return true; }
  bool gives_terms() const override { return true; }
  /// W transposed to d × padded(K), then b.
  void prepare(const Vector& w, KernelParameters& to) const override;
  void add(const Pass& pass, const RowSet& rows, Partial& into, Workspace& scratch) const override;
  bool unbounded_when_separated() const override { return true; }
  std::vector<InvariantShift> invariant_shifts() const override;

 private:
  Index stride() const { return padded(classes_); }
  void add_losses(const Pass& pass, const RowSet& rows, Partial& into, Workspace& scratch) const;
  void add_product(const Pass& pass, const RowSet& rows, Partial& into, Workspace& scratch) const;
  void add_diagonal(const Pass& pass, const RowSet& set, const Rows& rows, Partial& into, Workspace& scratch) const;
  void add_line(const Pass& pass, const Rows& rows, Partial& into, Workspace& scratch) const;
  void add_recession(const Pass& pass, const Rows& rows, Partial& into, Workspace& scratch) const;
  void multiply(const RowSet& set, const Rows& rows, const KernelParameters& w, double* z) const;
  void add_transposed(const Pass& pass, const RowSet& set, const Rows& rows, const double* r, Workspace& scratch,
                      Partial& into) const;
  void evaluate(const Rows& rows, Workspace& scratch, Partial& into) const;
  void load_kept(const Pass& pass, const Rows& rows, Workspace& scratch) const;
  void begin_gradient(const Pass& pass, Workspace& scratch) const;
  void end_gradient(const Pass& pass, const Workspace& scratch, Partial& into) const;
  double* intercepts_of(const Pass& pass, Partial& into) const;
  double sum_of_others(const double* p, Index k) const;
  void add_hessian(const RowSet& rows, Workspace& scratch, double* hessian) const;
  void add_block(const RowSet& rows, Index k, Index l, Workspace& scratch, double* hessian) const;

  Index features_;
  Index classes_;
  bool intercept_;
  std::vector<double> class_weights_;
};

}  // namespace lockstep
