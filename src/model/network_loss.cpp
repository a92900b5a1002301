/// Losses of the rows in float64 whatever the compute type: K numbers a row, stored K × m.
///
/// | loss          | D                | ∇²ℓ · r           |
/// | cross-entropy | s (p − e_y)      | p ∘ r − p (pᵀ r)  |
/// | squared       | s (z − y)        | r                 |
/// with p_k = e^{z_k} / Σ_j e^{z_j} and e_y a unit vector.
#include "base/lanes.h"
#include "model/network_pass.h"

namespace lockstep {

namespace {

using Array = Eigen::Map<Eigen::ArrayXd, Eigen::Aligned64>;

/// Number k of all rows: whole lanes from a cache line on, as the pointwise losses have them.
Array of_rows(AlignedVector<double>& values, Index rows, Index k = 0) {
  return {values.data() + k * padded(rows), padded(rows)};
}

double& sum(std::span<double> header, LossHeader field) {
  return header[static_cast<std::size_t>(field)];
}

}  // namespace

template <typename T>
template <typename Values>
void NetworkPass<T>::set_output_row(Kind kind, Index k, const Values& values) {
  using Row = Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>, Eigen::Aligned64>;
  Row(buffer(kind, layers_) + k * stride_, padded(count_)) = values.template cast<T>();
}

template <typename T>
void NetworkPass<T>::add_losses(std::span<double> header) {
  const T* z = margins_of_last_layer();
  for (Index k = 0; k < shape_.outputs; ++k) {
    of_rows(scratch_.margin, count_, k).setZero();
    for (Index i = 0; i < count_; ++i) {
      scratch_.margin[static_cast<std::size_t>(k * padded(count_) + i)] = z[k * stride_ + i];
    }
  }
  of_rows(scratch_.loss, count_).setZero();
  if (shape_.loss == NetworkLoss::cross_entropy) {
    cross_entropy();
  } else {
    squared_loss();
  }
  sum(header, LossHeader::weight) += lane_sum(scratch_.weight.data(), padded(count_));
  const double loss = lane_sum(scratch_.loss.data(), padded(count_));
  sum(header, LossHeader::loss) += loss;
  sum(header, LossHeader::scale) += loss;
  if (shape_.outputs > 1) {
    sum(header, LossHeader::mistakes) += mistakes();
  }
}

/// log Σ_k e^{z_k} = max + log(1 + rest), rest = Σ e^{z_k − max} over all but one largest k: a nearly certain row keeps
/// the relative accuracy of its small loss and gradient.
template <typename T>
void NetworkPass<T>::cross_entropy() {
  if (std::ssize(scratch_.gradient) < padded(count_)) {
    scratch_.gradient.resize(static_cast<std::size_t>(padded(count_)));
  }
  const Array s = of_rows(scratch_.weight, count_);
  const Array y = of_rows(scratch_.target, count_);
  Array loss = of_rows(scratch_.loss, count_);
  Array most = of_rows(scratch_.direction, count_);
  Array largest = of_rows(scratch_.gradient, count_);  // the first class of the largest margin
  Array rest = of_rows(scratch_.curvature, count_);
  most = of_rows(scratch_.margin, count_);
  largest.setZero();
  for (Index k = 1; k < shape_.outputs; ++k) {
    const Array z = of_rows(scratch_.margin, count_, k);
    largest = (z > most).select(static_cast<double>(k), largest);
    most = most.max(z);
  }
  rest.setZero();
  for (Index k = 0; k < shape_.outputs; ++k) {
    const Array z = of_rows(scratch_.margin, count_, k);
    Array e = of_rows(scratch_.slope, count_, k);
    e = (z - most).exp();
    rest += (largest == static_cast<double>(k)).select(e - 1.0, e);  // e is 1 there, or not a number
    loss = (y == static_cast<double>(k)).select(most - z, loss);
  }
  most = 1.0 + rest;
  loss = s * (loss + (most == 1.0).select(rest, most.log() * rest / (most - 1.0)));  // log1p: W. Kahan
  for (Index k = 0; k < shape_.outputs; ++k) {
    const Array e = of_rows(scratch_.slope, count_, k);
    const auto of_label = (largest == static_cast<double>(k)).select(-rest, e - most);
    set_output_row(Kind::delta, k, s * (y == static_cast<double>(k)).select(of_label, e) / most);
    of_rows(scratch_.slope, count_, k) /= most;
  }
}

template <typename T>
void NetworkPass<T>::squared_loss() {
  const Array s = of_rows(scratch_.weight, count_);
  const Array y = of_rows(scratch_.target, count_);
  Array loss = of_rows(scratch_.loss, count_);
  Array residual = of_rows(scratch_.slope, count_);
  for (Index k = 0; k < shape_.outputs; ++k) {
    residual = of_rows(scratch_.margin, count_, k);
    if (shape_.outputs == 1) {
      residual -= y;
    } else {
      residual -= (y == static_cast<double>(k)).template cast<double>();
    }
    loss += 0.5 * s * residual.square();
    set_output_row(Kind::delta, k, s * residual);
  }
}

/// Σ s of the rows whose largest margin (the first of equals) is not their class's.
template <typename T>
double NetworkPass<T>::mistakes() {
  double total = 0;
  for (Index i = 0; i < count_; ++i) {
    const double* z = scratch_.margin.data() + i;
    Index first = 0;
    for (Index k = 1; k < shape_.outputs; ++k) {
      first = z[k * padded(count_)] > z[first * padded(count_)] ? k : first;
    }
    const auto row = static_cast<std::size_t>(i);
    total += scratch_.target[row] == static_cast<double>(first) ? 0.0 : scratch_.weight[row];
  }
  return total;
}

template <typename T>
void NetworkPass<T>::multiply_by_loss_hessian() {
  const Array s = of_rows(scratch_.weight, count_);
  Array mean = of_rows(scratch_.direction, count_);
  const T* r_margin = buffer(Kind::r_margin, layers_);
  for (Index k = 0; k < shape_.outputs; ++k) {
    of_rows(scratch_.margin, count_, k).setZero();
    for (Index i = 0; i < count_; ++i) {
      scratch_.margin[static_cast<std::size_t>(k * padded(count_) + i)] = r_margin[k * stride_ + i];
    }
  }
  if (shape_.loss == NetworkLoss::squared) {
    for (Index k = 0; k < shape_.outputs; ++k) {
      set_output_row(Kind::r_delta, k, s * of_rows(scratch_.margin, count_, k));
    }
    return;
  }
  mean.setZero();
  for (Index k = 0; k < shape_.outputs; ++k) {
    mean += of_rows(scratch_.slope, count_, k) * of_rows(scratch_.margin, count_, k);
  }
  for (Index k = 0; k < shape_.outputs; ++k) {
    const Array p = of_rows(scratch_.slope, count_, k);
    set_output_row(Kind::r_delta, k, s * p * (of_rows(scratch_.margin, count_, k) - mean));
  }
}

template <typename T>
void NetworkPass<T>::copy_margins(std::span<double> margins) {
  const T* z = margins_of_last_layer();
  for (Index i = 0; i < count_; ++i) {
    double* to = margins.data() + i * shape_.outputs;
    for (Index k = 0; k < shape_.outputs; ++k) {
      to[k] = z[k * stride_ + i];
    }
  }
}

template void NetworkPass<float>::add_losses(std::span<double>);
template void NetworkPass<double>::add_losses(std::span<double>);
template void NetworkPass<float>::multiply_by_loss_hessian();
template void NetworkPass<double>::multiply_by_loss_hessian();
template void NetworkPass<float>::copy_margins(std::span<double>);
template void NetworkPass<double>::copy_margins(std::span<double>);

}  // namespace lockstep
