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

void multiply_elementwise(AlignedVector<double>& a, const AlignedVector<double>& b, Index count) {
  for (std::size_t i = 0; i < at(count); ++i) {
    a[i] *= b[i];
  }
}

}  // namespace

PartialShape LinearModel::shape(Order order) const {
  const Index p = dimension();
  const Index gradient = order == Order::value ? 0 : p;
  const Index hessian = order == Order::hessian ? p * (p + 1) / 2 : 0;
  return {kLossHeader, gradient + hessian, Scalar::float64};
}

void LinearModel::prepare(const Vector& w, KernelParameters& to) const {
  to.values64.assign(w.begin(), w.end());
}

void LinearModel::add_rows(const Dataset& data, std::span<const Rows> rows, const KernelParameters& w, Order order,
                           Partial& into, Workspace& scratch, Margins* margins) const {
  if (order == Order::hessian) {
    data.x->begin_gram(scratch.gram);
  }
  for (const Rows& panel : rows) {
    add_panel(data, panel, w.values64.data(), order, into, scratch, margins);
  }
  if (order == Order::hessian) {
    data.x->end_gram(scratch.gram, into.payload<double>().data() + dimension());
  }
}

/// Loss, gradient and Hessian while the panel is in cache: one read of the features from memory.
void LinearModel::add_panel(const Dataset& data, const Rows& rows, const double* w, Order order, Partial& into,
                            Workspace& scratch, Margins* margins) const {
  load_rows(data, rows, class_weights_, 1, scratch);
  double* z = scratch.margin.data();
  data.x->multiply(rows, w, z);
  const double b = intercept_ ? w[features_] : 0.0;
  for (Index i = 0; i < rows.count; ++i) {
    z[i] += b + (data.offset.empty() ? 0.0 : data.offset[at(rows.row(i))]);
    if (margins != nullptr) {
      (*margins)[at(rows.row(i))] = z[i];
    }
  }
  loss_->evaluate(rows.count, order, scratch);
  add_header(rows.count, scratch, into);
  if (order == Order::value) {
    return;
  }

  double* gradient = into.payload<double>().data();
  const Index lanes = padded(rows.count);
  data.x->add_transposed(rows, scratch.slope.data(), gradient);
  if (intercept_) {
    gradient[features_] += lane_sum(scratch.slope.data(), lanes);
  }
  if (order == Order::hessian) {
    double* hessian = gradient + dimension();
    data.x->add_gram(rows, scratch.curvature.data(), scratch.gram, hessian);
    if (intercept_) {
      double* last_row = hessian + features_ * (features_ + 1) / 2;
      data.x->add_transposed(rows, scratch.curvature.data(), last_row);
      last_row[features_] += lane_sum(scratch.curvature.data(), lanes);
    }
  }
}

/// Xᵀ diag(s ℓ'') X v. z is linear in w: the Gauss–Newton product is the exact one.
void LinearModel::add_curvature_product(const Dataset& data, std::span<const Rows> rows, const KernelParameters&,
                                        const KernelParameters& v, Curvature, const Margins& margins, Partial& into,
                                        Workspace& scratch) const {
  const double* direction = v.values64.data();
  double* product = into.payload<double>().data();
  for (const Rows& panel : rows) {
    evaluate_kept(data, panel, margins, scratch);
    const Index lanes = padded(panel.count);
    data.x->multiply(panel, direction, scratch.direction.data());
    for (std::size_t i = 0; intercept_ && i < at(panel.count); ++i) {
      scratch.direction[i] += direction[features_];
    }
    multiply_elementwise(scratch.direction, scratch.curvature, lanes);
    data.x->add_transposed(panel, scratch.direction.data(), product);
    if (intercept_) {
      product[features_] += lane_sum(scratch.direction.data(), lanes);
    }
  }
}

void LinearModel::add_hessian_diagonal(const Dataset& data, std::span<const Rows> rows, const Margins& margins,
                                       Partial& into, Workspace& scratch) const {
  double* diagonal = into.payload<double>().data();
  for (const Rows& panel : rows) {
    evaluate_kept(data, panel, margins, scratch);
    data.x->add_squared_transposed(panel, scratch.curvature.data(), diagonal);
    if (intercept_) {
      diagonal[features_] += lane_sum(scratch.curvature.data(), padded(panel.count));
    }
  }
}

/// Derivatives of the losses at margins that a pass kept.
void LinearModel::evaluate_kept(const Dataset& data, const Rows& rows, const Margins& margins,
                                Workspace& scratch) const {
  load_rows(data, rows, class_weights_, 1, scratch);
  for (Index i = 0; i < rows.count; ++i) {
    scratch.margin[at(i)] = margins[at(rows.row(i))];
  }
  std::fill(scratch.margin.data() + rows.count, scratch.margin.data() + padded(rows.count), 0.0);
  loss_->evaluate(rows.count, Order::hessian, scratch);
}

void LinearModel::add_losses_between(const Dataset& data, std::span<const Rows> rows, const Margins& start,
                                     const Margins& end, double t, Partial& into, Workspace& scratch) const {
  for (const Rows& panel : rows) {
    load_rows(data, panel, class_weights_, 1, scratch);
    double* z = scratch.margin.data();
    double* change = scratch.direction.data();
    for (Index i = 0; i < panel.count; ++i) {
      const std::size_t row = at(panel.row(i));
      change[i] = end[row] - start[row];
      z[i] = start[row] + t * change[i];
    }
    std::fill(z + panel.count, z + padded(panel.count), 0.0);
    std::fill(change + panel.count, change + padded(panel.count), 0.0);
    loss_->evaluate(panel.count, Order::gradient, scratch);
    add_header(panel.count, scratch, into);
    into.header()[static_cast<std::size_t>(LossHeader::slope)] +=
        lane_dot(scratch.slope.data(), change, padded(panel.count));
  }
}

void LinearModel::add_recession(const Dataset& data, std::span<const Rows> rows, const Margins& start,
                                const Margins& end, Partial& into, Workspace& scratch) const {
  for (const Rows& panel : rows) {
    load_rows(data, panel, class_weights_, 1, scratch);
    for (Index i = 0; i < panel.count; ++i) {
      const std::size_t row = at(panel.row(i));
      const double change = end[row] - start[row];
      const bool falls = loss_->falls_along(scratch.target[at(i)], change);
      if (std::abs(change) > (falls ? kMovedDown : kMovedUp)) {
        const auto field = falls ? RecessionHeader::falling : RecessionHeader::rising;
        into.header()[static_cast<std::size_t>(field)] += scratch.weight[at(i)];
      }
    }
  }
}

void LinearModel::add_header(Index count, Workspace& scratch, Partial& into) const {
  const std::span<double> header = into.header();
  header[static_cast<std::size_t>(LossHeader::weight)] += lane_sum(scratch.weight.data(), padded(count));
  const double loss = lane_sum(scratch.loss.data(), padded(count));
  header[static_cast<std::size_t>(LossHeader::loss)] += loss;
  header[static_cast<std::size_t>(LossHeader::scale)] += loss + loss_->cancelled(count, scratch);
  header[static_cast<std::size_t>(LossHeader::mistakes)] += loss_->mistakes(count, scratch);
}

}  // namespace lockstep
