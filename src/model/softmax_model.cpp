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

void SoftmaxModel::add(const Pass& pass, const RowSet& rows, Partial& into, Workspace& scratch) const {
  if (pass.kind == PassKind::product) {
    return add_product(pass, rows, into, scratch);
  }
  if (pass.kind <= PassKind::hessian) {
    return add_losses(pass, rows, into, scratch);
  }
  for_each_piece(rows, pass, classes_, [&](const Rows& panel, const Pass& part) {
    load_rows(rows, panel, class_weights_, stride(), scratch);
    if (pass.kind == PassKind::diagonal) {
      add_diagonal(part, rows, panel, into, scratch);
    } else if (pass.kind == PassKind::line) {
      add_line(part, panel, into, scratch);
    } else {
      add_recession(part, panel, into, scratch);
    }
  });
}

void SoftmaxModel::add_losses(const Pass& pass, const RowSet& rows, Partial& into, Workspace& scratch) const {
  if (pass.kind >= PassKind::gradient) {
    begin_gradient(pass, scratch);
  }
  if (pass.kind == PassKind::hessian) {
    scratch.leaf.clear();
  }
  for_each_piece(rows, pass, classes_, [&](const Rows& panel, const Pass& part) {
    load_rows(rows, panel, class_weights_, stride(), scratch);
    multiply(rows, panel, *pass.w, scratch.margin.data());
    for (Index i = 0; !part.keep.empty() && i < panel.count; ++i) {
      std::copy_n(scratch.margin.data() + i * stride(), classes_, part.keep.data() + i * classes_);
    }
    evaluate(panel, scratch, into);
    if (pass.kind >= PassKind::gradient) {
      add_transposed(part, rows, panel, scratch.slope.data(), scratch, into);
    }
    if (pass.kind == PassKind::hessian) {
      scratch.leaf.insert(scratch.leaf.end(), scratch.margin.begin(), scratch.margin.begin() + panel.count * stride());
    }
  });
  if (pass.kind >= PassKind::gradient) {
    end_gradient(pass, scratch, into);
  }
  if (pass.kind == PassKind::hessian) {
    add_hessian(rows, scratch, into.payload<double>().data() + dimension());
  }
}

/// z = X Wᵀ + b, count × stride.
void SoftmaxModel::multiply(const RowSet& set, const Rows& rows, const KernelParameters& w, double* z) const {
  set.x->multiply_many(rows, w.values64.data(), stride(), z);
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

double* SoftmaxModel::intercepts_of(const Pass& pass, Partial& into) const {
  return into.payload<double>().data() + (pass.terms.empty() ? penalised() : 0);
}

/// The gradient of a leaf is added up as d × stride, as the kernels want it.
void SoftmaxModel::begin_gradient(const Pass& pass, Workspace& scratch) const {
  if (pass.terms.empty()) {
    scratch.gradient.assign(at(features_ * stride()), 0.0);
  }
}

/// `pass`: of these rows.
void SoftmaxModel::add_transposed(const Pass& pass, const RowSet& set, const Rows& rows, const double* r,
                                  Workspace& scratch, Partial& into) const {
  if (pass.terms.empty()) {
    set.x->add_transposed_many(rows, r, stride(), scratch.gradient.data());
  } else {
    for (Index i = 0; i < rows.count; ++i) {
      std::copy_n(r + i * stride(), classes_, pass.terms.data() + i * classes_);
    }
  }
  double* intercepts = intercepts_of(pass, into);
  for (Index i = 0; intercept_ && i < rows.count; ++i) {
    for (Index k = 0; k < classes_; ++k) {
      intercepts[k] += r[i * stride() + k];
    }
  }
}

void SoftmaxModel::end_gradient(const Pass& pass, const Workspace& scratch, Partial& into) const {
  double* payload = into.payload<double>().data();
  if (!pass.terms.empty()) {
    return;
  }
  for (Index k = 0; k < classes_; ++k) {
    for (Index j = 0; j < features_; ++j) {
      payload[k * features_ + j] += scratch.gradient[at(j * stride() + k)];
    }
  }
}

/// Lower triangle of the Hessian: block (k, l), l ≤ k, is Xᵀ diag(s p_k ([k = l] − p_l)) X. scratch.leaf holds p of the
/// rows, panel after panel.
void SoftmaxModel::add_hessian(const RowSet& rows, Workspace& scratch, double* hessian) const {
  for (Index k = 0; k < classes_; ++k) {
    for (Index l = 0; l <= k; ++l) {
      add_block(rows, k, l, scratch, hessian);
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

void SoftmaxModel::add_block(const RowSet& rows, Index k, Index l, Workspace& scratch, double* hessian) const {
  const Index d = features_;
  const auto entry = [hessian](Index row, Index column) -> double& { return hessian[row * (row + 1) / 2 + column]; };
  scratch.block.assign(at(d * (d + 1) / 2), 0.0);
  scratch.gradient.assign(at(d), 0.0);
  double curvature_sum = 0;
  rows.x->begin_gram(scratch.gram);
  const double* p = scratch.leaf.data();
  for (const Rows& panel : rows.pieces) {
    load_rows(rows, panel, class_weights_, stride(), scratch);
    double* h = scratch.curvature.data();
    std::fill(h, h + padded(panel.count), 0.0);
    for (Index i = 0; i < panel.count; ++i, p += stride()) {
      h[i] = scratch.weight[at(i)] * p[k] * (k == l ? sum_of_others(p, k) : p[l]);
    }
    rows.x->add_gram(panel, h, scratch.gram, scratch.block.data());
    rows.x->add_transposed(panel, h, scratch.gradient.data());
    curvature_sum += lane_sum(h, padded(panel.count));
  }
  rows.x->end_gram(scratch.gram, scratch.block.data());

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

/// Margins that a pass kept.
void SoftmaxModel::load_kept(const Pass& pass, const Rows& rows, Workspace& scratch) const {
  for (Index i = 0; i < rows.count; ++i) {
    std::copy_n(pass.from.data() + i * classes_, classes_, scratch.margin.data() + i * stride());
  }
}

/// With u = X Vᵀ: r_k = s p_k (u_k − Σ_l p_l u_l), product = rᵀ X; u is taken relative to that of the largest class, so
/// that nothing cancels where one class is nearly certain.
void SoftmaxModel::add_product(const Pass& pass, const RowSet& rows, Partial& into, Workspace& scratch) const {
  begin_gradient(pass, scratch);
  for_each_piece(rows, pass, classes_, [&](const Rows& panel, const Pass& part) {
    load_rows(rows, panel, class_weights_, stride(), scratch);
    load_kept(part, panel, scratch);
    multiply(rows, panel, *pass.v, scratch.direction.data());
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
    add_transposed(part, rows, panel, scratch.direction.data(), scratch, into);
  });
  end_gradient(pass, scratch, into);
}

void SoftmaxModel::add_diagonal(const Pass& pass, const RowSet& set, const Rows& rows, Partial& into,
                                Workspace& scratch) const {
  double* payload = into.payload<double>().data();
  double* intercepts = intercepts_of(pass, into);
  load_kept(pass, rows, scratch);
  for (Index i = 0; i < rows.count; ++i) {
    double* p = scratch.margin.data() + i * stride();
    const RowSoftmax row(p, classes_, stride());
    for (Index k = 0; k < classes_; ++k) {
      p[k] *= scratch.weight[at(i)] * row.complement(p, k);
    }
  }
  double* h = scratch.curvature.data();
  for (Index k = 0; k < classes_; ++k) {
    std::fill(h, h + padded(rows.count), 0.0);
    for (Index i = 0; i < rows.count; ++i) {
      h[i] = scratch.margin[at(i * stride() + k)];
    }
    if (pass.terms.empty()) {
      set.x->add_squared_transposed(rows, h, payload + k * features_);
    } else {
      for (Index i = 0; i < rows.count; ++i) {
        pass.terms[at(i * classes_ + k)] = h[i];
      }
    }
    if (intercept_) {
      intercepts[k] += lane_sum(h, padded(rows.count));
    }
  }
}

void SoftmaxModel::add_line(const Pass& pass, const Rows& rows, Partial& into, Workspace& scratch) const {
  for (Index i = 0; i < rows.count; ++i) {
    double* z = scratch.margin.data() + i * stride();
    double* change = scratch.direction.data() + i * stride();
    std::fill(change, change + stride(), 0.0);
    for (Index k = 0; k < classes_; ++k) {
      const std::size_t from = at(i * classes_ + k);
      change[k] = pass.to[from] - pass.from[from];
      z[k] = pass.from[from] + pass.t * change[k];
    }
  }
  evaluate(rows, scratch, into);
  *header(into, LossHeader::slope) += lane_dot(scratch.slope.data(), scratch.direction.data(), rows.count * stride());
}

/// A row falls where the margin of its class grows the most.
void SoftmaxModel::add_recession(const Pass& pass, const Rows& rows, Partial& into, Workspace& scratch) const {
  for (Index i = 0; i < rows.count; ++i) {
    const std::size_t row = at(i * classes_);
    const auto change = [&](Index k) { return pass.to[row + at(k)] - pass.from[row + at(k)]; };
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
