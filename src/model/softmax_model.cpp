#include "model/softmax_model.h"

#include "base/lanes.h"
#include "model/row_terms.h"
#include "model/softmax.h"

#include <algorithm>
#include <cmath>

namespace lockstep {

namespace {

std::size_t at(Index i) {
  return static_cast<std::size_t>(i);
}

double* header(Partial& into, LossHeader field) {
  return &into.header()[static_cast<std::size_t>(field)];
}

}  // namespace

PartialShape SoftmaxModel::shape(Order order) const {
  const Index p = dimension();
  const Index gradient = order == Order::value ? 0 : p;
  const Index hessian = order == Order::hessian ? p * (p + 1) / 2 : 0;
  return {kLossHeader, gradient + hessian, Scalar::float64};
}

void SoftmaxModel::prepare(const Vector& w, KernelParameters& to) const {
  const Index s = stride();
  to.values64.assign(at((features_ + 1) * s), 0.0);
  for (Index k = 0; k < classes_; ++k) {
    for (Index j = 0; j < features_; ++j) {
      to.values64[at(j * s + k)] = w[k * features_ + j];
    }
    to.values64[at(features_ * s + k)] = intercept_ ? w[classes_ * features_ + k] : 0.0;
  }
}

void SoftmaxModel::add_rows(const Dataset& data, std::span<const Rows> rows, const KernelParameters& w, Order order,
                            Partial& into, Workspace& scratch, Margins* margins) const {
  double* payload = into.payload<double>().data();
  if (order >= Order::gradient) {
    begin_gradient(scratch);
  }
  if (order == Order::hessian) {
    scratch.leaf.clear();
  }
  for (const Rows& panel : rows) {
    load_rows(data, panel, class_weights_, stride(), scratch);
    multiply(data, panel, w, scratch.margin.data());
    for (Index i = 0; margins != nullptr && i < panel.count; ++i) {
      std::copy_n(scratch.margin.data() + i * stride(), classes_, margins->data() + panel.row(i) * classes_);
    }
    evaluate(panel, scratch, into);
    if (order >= Order::gradient) {
      add_transposed(data, panel, scratch.slope.data(), scratch, payload + penalised());
    }
    if (order == Order::hessian) {
      scratch.leaf.insert(scratch.leaf.end(), scratch.margin.begin(), scratch.margin.begin() + panel.count * stride());
    }
  }
  if (order >= Order::gradient) {
    end_gradient(scratch, payload);
  }
  if (order == Order::hessian) {
    add_hessian(data, rows, scratch, payload + dimension());
  }
}

/// z = X Wᵀ + b, count × stride.
void SoftmaxModel::multiply(const Dataset& data, const Rows& rows, const KernelParameters& w, double* z) const {
  data.x->multiply_many(rows, w.values64.data(), stride(), z);
  const double* b = w.values64.data() + features_ * stride();
  for (Index i = 0; intercept_ && i < rows.count; ++i) {
    for (Index k = 0; k < classes_; ++k) {
      z[i * stride() + k] += b[k];
    }
  }
}

/// margin becomes p, slope = s (p − e_y); adds the header.
void SoftmaxModel::evaluate(const Rows& rows, Workspace& scratch, Partial& into) const {
  for (Index i = 0; i < rows.count; ++i) {
    double* p = scratch.margin.data() + i * stride();
    double* slope = scratch.slope.data() + i * stride();
    const double s = scratch.weight[at(i)];
    const auto y = static_cast<Index>(scratch.target[at(i)]);
    const double margin_of_y = p[y];
    const RowSoftmax row(p, classes_, stride());
    scratch.loss[at(i)] = s * row.loss(margin_of_y);
    scratch.curvature[at(i)] = y == row.largest ? 0.0 : s;
    for (Index k = 0; k < stride(); ++k) {
      slope[k] = s * p[k];
    }
    slope[y] = -s * row.complement(p, y);
  }
  const Index lanes = padded(rows.count);
  std::fill(scratch.loss.data() + rows.count, scratch.loss.data() + lanes, 0.0);
  std::fill(scratch.curvature.data() + rows.count, scratch.curvature.data() + lanes, 0.0);
  *header(into, LossHeader::weight) += lane_sum(scratch.weight.data(), lanes);
  const double loss = lane_sum(scratch.loss.data(), lanes);
  *header(into, LossHeader::loss) += loss;
  *header(into, LossHeader::scale) += loss;
  *header(into, LossHeader::mistakes) += lane_sum(scratch.curvature.data(), lanes);
}

/// The gradient of a leaf is added up as d × stride, as the kernels want it.
void SoftmaxModel::begin_gradient(Workspace& scratch) const {
  scratch.gradient.assign(at(features_ * stride()), 0.0);
}

void SoftmaxModel::add_transposed(const Dataset& data, const Rows& rows, const double* r, Workspace& scratch,
                                  double* intercepts) const {
  data.x->add_transposed_many(rows, r, stride(), scratch.gradient.data());
  for (Index i = 0; intercept_ && i < rows.count; ++i) {
    for (Index k = 0; k < classes_; ++k) {
      intercepts[k] += r[i * stride() + k];
    }
  }
}

void SoftmaxModel::end_gradient(const Workspace& scratch, double* payload) const {
  for (Index k = 0; k < classes_; ++k) {
    for (Index j = 0; j < features_; ++j) {
      payload[k * features_ + j] += scratch.gradient[at(j * stride() + k)];
    }
  }
}

/// Lower triangle of the Hessian: block (k, l), l ≤ k, is Xᵀ diag(s p_k ([k = l] − p_l)) X. scratch.leaf holds p of the
/// rows, panel after panel.
void SoftmaxModel::add_hessian(const Dataset& data, std::span<const Rows> rows, Workspace& scratch,
                               double* hessian) const {
  for (Index k = 0; k < classes_; ++k) {
    for (Index l = 0; l <= k; ++l) {
      add_block(data, rows, k, l, scratch, hessian);
    }
  }
}

/// 1 − p_k without cancellation.
double SoftmaxModel::sum_of_others(const double* p, Index k) const {
  double sum = 0;
  for (Index l = 0; l < classes_; ++l) {
    sum += l == k ? 0.0 : p[l];
  }
  return sum;
}

void SoftmaxModel::add_block(const Dataset& data, std::span<const Rows> rows, Index k, Index l, Workspace& scratch,
                             double* hessian) const {
  const Index d = features_;
  const auto entry = [hessian](Index row, Index column) -> double& { return hessian[row * (row + 1) / 2 + column]; };
  scratch.block.assign(at(d * (d + 1) / 2), 0.0);
  scratch.gradient.assign(at(d), 0.0);
  double curvature_sum = 0;
  data.x->begin_gram(scratch.gram);
  const double* p = scratch.leaf.data();
  for (const Rows& panel : rows) {
    load_rows(data, panel, class_weights_, stride(), scratch);
    double* h = scratch.curvature.data();
    std::fill(h, h + padded(panel.count), 0.0);
    for (Index i = 0; i < panel.count; ++i, p += stride()) {
      h[i] = scratch.weight[at(i)] * p[k] * (k == l ? sum_of_others(p, k) : p[l]);
    }
    data.x->add_gram(panel, h, scratch.gram, scratch.block.data());
    data.x->add_transposed(panel, h, scratch.gradient.data());
    curvature_sum += lane_sum(h, padded(panel.count));
  }
  data.x->end_gram(scratch.gram, scratch.block.data());

  const double sign = k == l ? 1 : -1;
  const double* value = scratch.block.data();
  for (Index i = 0; i < d; ++i) {
    for (Index j = 0; j <= i; ++j, ++value) {
      entry(k * d + i, l * d + j) += sign * *value;
      if (k != l && i != j) {
        entry(k * d + j, l * d + i) += sign * *value;
      }
    }
  }
  if (!intercept_) {
    return;
  }
  const Index b = classes_ * d;
  for (Index j = 0; j < d; ++j) {
    entry(b + k, l * d + j) += sign * scratch.gradient[at(j)];
    if (k != l) {
      entry(b + l, k * d + j) += sign * scratch.gradient[at(j)];
    }
  }
  entry(b + k, b + l) += sign * curvature_sum;
}

/// Targets, weights, and margins that a pass kept.
void SoftmaxModel::load_kept(const Dataset& data, const Rows& rows, const Margins& margins, Workspace& scratch) const {
  load_rows(data, rows, class_weights_, stride(), scratch);
  for (Index i = 0; i < rows.count; ++i) {
    std::copy_n(margins.data() + rows.row(i) * classes_, classes_, scratch.margin.data() + i * stride());
  }
}

/// With u = X Vᵀ: r_k = s p_k (u_k − Σ_l p_l u_l), product = rᵀ X; u is taken relative to that of the largest class, so
/// that nothing cancels where one class is nearly certain.
void SoftmaxModel::add_curvature_product(const Dataset& data, std::span<const Rows> rows, const KernelParameters&,
                                         const KernelParameters& v, Curvature, const Margins& margins, Partial& into,
                                         Workspace& scratch) const {
  double* payload = into.payload<double>().data();
  begin_gradient(scratch);
  for (const Rows& panel : rows) {
    load_kept(data, panel, margins, scratch);
    multiply(data, panel, v, scratch.direction.data());
    for (Index i = 0; i < panel.count; ++i) {
      double* p = scratch.margin.data() + i * stride();
      double* u = scratch.direction.data() + i * stride();
      const RowSoftmax row(p, classes_, stride());
      const double base = u[row.largest];
      for (Index k = 0; k < classes_; ++k) {
        u[k] -= base;
      }
      const double mean = lane_dot(p, u, stride());
      for (Index k = 0; k < stride(); ++k) {
        u[k] = scratch.weight[at(i)] * p[k] * (u[k] - mean);
      }
    }
    add_transposed(data, panel, scratch.direction.data(), scratch, payload + penalised());
  }
  end_gradient(scratch, payload);
}

void SoftmaxModel::add_hessian_diagonal(const Dataset& data, std::span<const Rows> rows, const Margins& margins,
                                        Partial& into, Workspace& scratch) const {
  double* payload = into.payload<double>().data();
  for (const Rows& panel : rows) {
    load_kept(data, panel, margins, scratch);
    for (Index i = 0; i < panel.count; ++i) {
      double* p = scratch.margin.data() + i * stride();
      const RowSoftmax row(p, classes_, stride());
      for (Index k = 0; k < classes_; ++k) {
        p[k] *= scratch.weight[at(i)] * row.complement(p, k);
      }
    }
    double* h = scratch.curvature.data();
    for (Index k = 0; k < classes_; ++k) {
      std::fill(h, h + padded(panel.count), 0.0);
      for (Index i = 0; i < panel.count; ++i) {
        h[i] = scratch.margin[at(i * stride() + k)];
      }
      data.x->add_squared_transposed(panel, h, payload + k * features_);
      if (intercept_) {
        payload[penalised() + k] += lane_sum(h, padded(panel.count));
      }
    }
  }
}

void SoftmaxModel::add_losses_between(const Dataset& data, std::span<const Rows> rows, const Margins& start,
                                      const Margins& end, double t, Partial& into, Workspace& scratch) const {
  for (const Rows& panel : rows) {
    load_rows(data, panel, class_weights_, stride(), scratch);
    for (Index i = 0; i < panel.count; ++i) {
      double* z = scratch.margin.data() + i * stride();
      double* change = scratch.direction.data() + i * stride();
      std::fill(change, change + stride(), 0.0);
      for (Index k = 0; k < classes_; ++k) {
        const std::size_t from = at(panel.row(i) * classes_ + k);
        change[k] = end[from] - start[from];
        z[k] = start[from] + t * change[k];
      }
    }
    evaluate(panel, scratch, into);
    *header(into, LossHeader::slope) +=
        lane_dot(scratch.slope.data(), scratch.direction.data(), panel.count * stride());
  }
}

void SoftmaxModel::add_recession(const Dataset& data, std::span<const Rows> rows, const Margins& start,
                                 const Margins& end, Partial& into, Workspace& scratch) const {
  for (const Rows& panel : rows) {
    load_rows(data, panel, class_weights_, stride(), scratch);
    for (Index i = 0; i < panel.count; ++i) {
      const std::size_t row = at(panel.row(i) * classes_);
      const auto change = [&](Index k) { return end[row + at(k)] - start[row + at(k)]; };
      double smallest = change(0);
      double largest = change(0);
      for (Index k = 1; k < classes_; ++k) {
        smallest = std::min(smallest, change(k));
        largest = std::max(largest, change(k));
      }
      const bool falls = largest - change(static_cast<Index>(scratch.target[at(i)])) <= kMovedUp;
      if (largest - smallest > (falls ? kMovedDown : kMovedUp)) {
        const auto field = falls ? RecessionHeader::falling : RecessionHeader::rising;
        into.header()[static_cast<std::size_t>(field)] += scratch.weight[at(i)];
      }
    }
  }
}

std::vector<InvariantShift> SoftmaxModel::invariant_shifts() const {
  std::vector<InvariantShift> shifts;
  for (Index j = 0; j < features_; ++j) {
    shifts.push_back({j, features_, classes_});
  }
  if (intercept_) {
    shifts.push_back({penalised(), 1, classes_});
  }
  return shifts;
}

}  // namespace lockstep
