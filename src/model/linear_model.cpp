#include "lockstep/model/linear_model.h"

#include "lockstep/base/lanes.h"

namespace lockstep {

namespace {

std::size_t at(Index i) {
  return static_cast<std::size_t>(i);
}

void reserve(Workspace& scratch, Index count) {
  const std::size_t size = at(padded(count));
  for (AlignedVector<double>* buffer :
       {&scratch.margin, &scratch.target, &scratch.weight, &scratch.loss, &scratch.slope, &scratch.curvature}) {
    if (buffer->size() < size) {
      buffer->resize(size);
    }
  }
}

}  // namespace

PartialShape LinearModel::shape(Order order) const {
  const Index p = dimension();
  const Index gradient = order == Order::value ? 0 : p;
  const Index hessian = order == Order::hessian ? p * (p + 1) / 2 : 0;
  return {kLossHeader, gradient + hessian, Scalar::float64};
}

void LinearModel::add_rows(const Dataset& data, std::span<const Rows> rows, const double* w, Order order, Partial& into,
                           Workspace& scratch, Margins* margins) const {
  if (order == Order::hessian) {
    data.x->begin_gram(scratch.gram);
  }
  for (const Rows& panel : rows) {
    add_panel(data, panel, w, order, into, scratch, margins);
  }
  if (order == Order::hessian) {
    data.x->end_gram(scratch.gram, into.payload<double>().data() + dimension());
  }
}

/// Loss, gradient and Hessian while the panel is in cache: one read of the features from memory.
void LinearModel::add_panel(const Dataset& data, const Rows& rows, const double* w, Order order, Partial& into,
                            Workspace& scratch, Margins* margins) const {
  load_rows(data, rows, scratch);
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

void LinearModel::add_losses_between(const Dataset& data, std::span<const Rows> rows, const Margins& start,
                                     const Margins& end, double t, Partial& into, Workspace& scratch) const {
  for (const Rows& panel : rows) {
    load_rows(data, panel, scratch);
    double* z = scratch.margin.data();
    for (Index i = 0; i < panel.count; ++i) {
      const std::size_t row = at(panel.row(i));
      z[i] = start[row] + t * (end[row] - start[row]);
    }
    std::fill(z + panel.count, z + padded(panel.count), 0.0);
    loss_->evaluate(panel.count, Order::value, scratch);
    add_header(panel.count, scratch, into);
  }
}

/// Targets and weights of the rows; the padding gets weight 0 and with it adds exact zeros to every sum.
void LinearModel::load_rows(const Dataset& data, const Rows& rows, Workspace& scratch) const {
  reserve(scratch, rows.count);
  for (Index i = 0; i < rows.count; ++i) {
    const std::size_t row = at(rows.row(i));
    scratch.target[at(i)] = data.label[row];
    scratch.weight[at(i)] = data.weight.empty() ? 1.0 : data.weight[row];
  }
  for (Index i = rows.count; i < padded(rows.count); ++i) {
    scratch.target[at(i)] = 0;
    scratch.weight[at(i)] = 0;
  }
}

void LinearModel::add_header(Index count, Workspace& scratch, Partial& into) const {
  const std::span<double> header = into.header();
  header[static_cast<std::size_t>(LossHeader::weight)] += lane_sum(scratch.weight.data(), padded(count));
  header[static_cast<std::size_t>(LossHeader::loss)] += lane_sum(scratch.loss.data(), padded(count));
  header[static_cast<std::size_t>(LossHeader::mistakes)] += loss_->mistakes(count, scratch);
}

}  // namespace lockstep
