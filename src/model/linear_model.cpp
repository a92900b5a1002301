#include "model/linear_model.h"

#include "base/lanes.h"
#include "model/row_terms.h"

#include <algorithm>
#include <cmath>

namespace lockstep {

namespace {

std::size_t at(Index i) {
  return static_cast<std::size_t>(i);
}

/// The rows that load_rows() loaded, with their margins.
LossRows loss_rows(Index count, Workspace& scratch) {
  return {padded(count),       scratch.margin.data(), scratch.target.data(),   scratch.weight.data(),
          scratch.loss.data(), scratch.slope.data(),  scratch.curvature.data()};
}

void multiply_elementwise(AlignedVector<double>& a, const AlignedVector<double>& b, Index count) {
  for (std::size_t i = 0; i < at(count); ++i) {
    a[i] *= b[i];
  }
}

}  // namespace

void LinearModel::prepare(const Vector& w, KernelParameters& to) const {
  to.values64.assign(w.begin(), w.end());
}

void LinearModel::add(const Pass& pass, const RowSet& rows, Partial& into, Workspace& scratch) const {
  if (pass.kind == PassKind::hessian) {
    rows.x->begin_gram(scratch.gram);
  }
  for_each_piece(rows, pass, 1, [&](const Rows& panel, const Pass& part) {
    switch (pass.kind) {
      case PassKind::value:
      case PassKind::gradient:
      case PassKind::hessian:
        return add_panel(part, rows, panel, into, scratch);
      case PassKind::product:
        return add_product(part, rows, panel, into, scratch);
      case PassKind::diagonal:
        return add_diagonal(part, rows, panel, into, scratch);
      case PassKind::line:
        return add_line(part, rows, panel, into, scratch);
      case PassKind::recession:
        return add_recession(part, rows, panel, into, scratch);
    }
  });
  if (pass.kind == PassKind::hessian) {
    rows.x->end_gram(scratch.gram, into.payload<double>().data() + dimension());
  }
}

/// Loss, gradient and Hessian while the panel is in cache: one read of the features from memory.
void LinearModel::add_panel(const Pass& pass, const RowSet& set, const Rows& rows, Partial& into,
                            Workspace& scratch) const {
  const double* w = pass.w->values64.data();
  load_rows(set, rows, class_weights_, 1, scratch);
  double* z = scratch.margin.data();
  set.x->multiply(rows, w, z);
  const double b = intercept_ ? w[features_] : 0.0;
  for (Index i = 0; i < rows.count; ++i) {
    z[i] += b + (set.offset.empty() ? 0.0 : set.offset[at(rows.row(i))]);
  }
  if (!pass.keep.empty()) {
    std::copy_n(z, rows.count, pass.keep.data());
  }
  loss_->evaluate(order_of(pass.kind), loss_rows(rows.count, scratch));
  add_header(rows.count, scratch, into);
  if (pass.kind == PassKind::value) {
    return;
  }

  add_transposed(pass, set, rows, scratch.slope.data(), into);
  if (pass.kind == PassKind::hessian) {
    double* hessian = into.payload<double>().data() + dimension();
    set.x->add_gram(rows, scratch.curvature.data(), scratch.gram, hessian);
    if (intercept_) {
      double* last_row = hessian + features_ * (features_ + 1) / 2;
      set.x->add_transposed(rows, scratch.curvature.data(), last_row);
      last_row[features_] += lane_sum(scratch.curvature.data(), padded(rows.count));
    }
  }
}

/// Xᵀ r, and the sum of r.
void LinearModel::add_transposed(const Pass& pass, const RowSet& set, const Rows& rows, const double* r,
                                 Partial& into) const {
  double* sums = into.payload<double>().data();
  if (pass.terms.empty()) {
    set.x->add_transposed(rows, r, sums);
    sums += features_;
  } else {
    std::copy_n(r, rows.count, pass.terms.data());
  }
  if (intercept_) {
    *sums += lane_sum(r, padded(rows.count));
  }
}

/// Xᵀ diag(s ℓ'') X v. z is linear in w: the Gauss–Newton product is the exact one.
void LinearModel::add_product(const Pass& pass, const RowSet& set, const Rows& rows, Partial& into,
                              Workspace& scratch) const {
  const double* direction = pass.v->values64.data();
  evaluate_kept(pass, set, rows, scratch);
  const Index lanes = padded(rows.count);
  set.x->multiply(rows, direction, scratch.direction.data());
  for (std::size_t i = 0; intercept_ && i < at(rows.count); ++i) {
    scratch.direction[i] += direction[features_];
  }
  multiply_elementwise(scratch.direction, scratch.curvature, lanes);
  add_transposed(pass, set, rows, scratch.direction.data(), into);
}

void LinearModel::add_diagonal(const Pass& pass, const RowSet& set, const Rows& rows, Partial& into,
                               Workspace& scratch) const {
  double* diagonal = into.payload<double>().data();
  evaluate_kept(pass, set, rows, scratch);
  if (pass.terms.empty()) {
    set.x->add_squared_transposed(rows, scratch.curvature.data(), diagonal);
    diagonal += features_;
  } else {
    std::copy_n(scratch.curvature.data(), rows.count, pass.terms.data());
  }
  if (intercept_) {
    *diagonal += lane_sum(scratch.curvature.data(), padded(rows.count));
  }
}

/// Derivatives of the losses at margins that a pass kept.
void LinearModel::evaluate_kept(const Pass& pass, const RowSet& set, const Rows& rows, Workspace& scratch) const {
  load_rows(set, rows, class_weights_, 1, scratch);
  std::ranges::copy(pass.from, scratch.margin.begin());
  std::fill(scratch.margin.data() + rows.count, scratch.margin.data() + padded(rows.count), 0.0);
  loss_->evaluate(Order::hessian, loss_rows(rows.count, scratch));
}

void LinearModel::add_line(const Pass& pass, const RowSet& set, const Rows& rows, Partial& into,
                           Workspace& scratch) const {
  load_rows(set, rows, class_weights_, 1, scratch);
  double* z = scratch.margin.data();
  double* change = scratch.direction.data();
  for (Index i = 0; i < rows.count; ++i) {
    change[i] = pass.to[at(i)] - pass.from[at(i)];
    z[i] = pass.from[at(i)] + pass.t * change[i];
  }
  std::fill(z + rows.count, z + padded(rows.count), 0.0);
  std::fill(change + rows.count, change + padded(rows.count), 0.0);
  loss_->evaluate(Order::gradient, loss_rows(rows.count, scratch));
  add_header(rows.count, scratch, into);
  into.header()[static_cast<std::size_t>(LossHeader::slope)] +=
      lane_dot(scratch.slope.data(), change, padded(rows.count));
}

void LinearModel::add_recession(const Pass& pass, const RowSet& set, const Rows& rows, Partial& into,
                                Workspace& scratch) const {
  load_rows(set, rows, class_weights_, 1, scratch);
  for (Index i = 0; i < rows.count; ++i) {
    const double change = pass.to[at(i)] - pass.from[at(i)];
    const bool falls = loss_->falls_along(scratch.target[at(i)], change);
    if (std::abs(change) > (falls ? kMovedDown : kMovedUp)) {
      const auto field = falls ? RecessionHeader::falling : RecessionHeader::rising;
      into.header()[static_cast<std::size_t>(field)] += scratch.weight[at(i)];
    }
  }
}

void LinearModel::add_header(Index count, Workspace& scratch, Partial& into) const {
  const std::span<double> header = into.header();
  header[static_cast<std::size_t>(LossHeader::weight)] += lane_sum(scratch.weight.data(), padded(count));
  const double loss = lane_sum(scratch.loss.data(), padded(count));
  header[static_cast<std::size_t>(LossHeader::loss)] += loss;
  header[static_cast<std::size_t>(LossHeader::scale)] += loss + loss_->cancelled(loss_rows(count, scratch));
  header[static_cast<std::size_t>(LossHeader::mistakes)] += loss_->mistakes(loss_rows(count, scratch));
}

}  // namespace lockstep
