/// Forward and backward pass: D_{l−1} = W_l D_l ∘ f'(Z_{l−1}), ∂W_l = A_l D_lᵀ, ∂b_l = D_l 1.
#include "model/network_pass.h"

#include "model/activation.h"
#include "model/nonzero_product.h"

#include <algorithm>

namespace lockstep {

namespace {

constexpr Index rounded_up(Index n) {
  return (n + kActivationBlock - 1) / kActivationBlock * kActivationBlock;
}

template <typename T, typename Single, typename Double>
auto& of_type(Single& single, Double& twice) {
  if constexpr (sizeof(T) == sizeof(float)) {
    return single;
  } else {
    return twice;
  }
}

/// Σ x_i in lanes that are added up in one order.
template <typename T>
T fixed_sum(const T* x, Index n) {
  constexpr Index kWidth = 16;
  std::array<T, kWidth> lanes{};
  Index i = 0;
  for (; i + kWidth <= n; i += kWidth) {
    for (Index j = 0; j < kWidth; ++j) {
      lanes[static_cast<std::size_t>(j)] += x[i + j];
    }
  }
  for (Index j = 0; i + j < n; ++j) {
    lanes[static_cast<std::size_t>(j)] += x[i + j];
  }
  for (std::size_t half = kWidth / 2; half > 0; half /= 2) {
    for (std::size_t j = 0; j < half; ++j) {
      lanes[j] += lanes[j + half];
    }
  }
  return lanes[0];
}

}  // namespace

template <typename T>
NetworkPass<T>::NetworkPass(const NetworkShape& shape, const T* w, const Rows& rows, Workspace& scratch)
    : shape_(shape),
      w_(w),
      rows_(rows),
      scratch_(scratch),
      buffers_(of_type<T>(scratch.layers32, scratch.layers64)),
      sparse_(of_type<T>(scratch.sparse32, scratch.sparse64)),
      layers_(shape.layers()),
      count_(rows.count),
      stride_(rounded_up(rows.count)),
      input_stride_(rounded_up(shape.features)) {
  const auto wanted = static_cast<std::size_t>(kKinds * (layers_ + 1));
  if (buffers_.size() < wanted) {
    buffers_.resize(wanted);
  }
}

template <typename T>
T* NetworkPass<T>::buffer(Kind kind, Index l) {
  AlignedVector<T>& values = buffers_[static_cast<std::size_t>(static_cast<Index>(kind) * (layers_ + 1) + l)];
  const auto size = static_cast<std::size_t>(l == 0 ? count_ * input_stride_ : shape_.units(l) * stride_);
  if (values.size() < size) {
    values.resize(size);
  }
  return values.data();
}

template <typename T>
Factor<T> NetworkPass<T>::input(Index l) {
  return l == 0 ? Factor<T>{buffer(Kind::activation, 0), input_stride_, Transpose::yes}
                : block(buffer(Kind::activation, l));
}

template <typename T>
Factor<T> NetworkPass<T>::weights(const T* w, Index l) const {
  return {w + shape_.weights_begin(l), shape_.units(l + 1)};
}

template <typename T>
void NetworkPass<T>::forward(const FeatureMatrix& x, Keep keep) {
  is_sparse_ = x.gather(rows_, sparse_.rows);
  if (!is_sparse_) {
    x.gather(rows_, buffer(Kind::activation, 0), input_stride_);
  } else if (keep != Keep::outputs) {
    transpose(sparse_.rows, shape_.features, sparse_.transposed);
  }
  for (Index l = 0; l < layers_; ++l) {
    T* z = buffer(Kind::activation, l + 1);
    apply_layer(w_, l, z);
    if (l + 1 < layers_) {
      activate(shape_.activation, shape_.units(l + 1) * stride_, z,
               keep == Keep::outputs ? nullptr : buffer(Kind::slope, l + 1),
               keep == Keep::curvatures ? buffer(Kind::curvature, l + 1) : nullptr);
    }
  }
}

template <typename T>
void NetworkPass<T>::apply_layer(const T* w, Index l, T* z) {
  const T* bias = w + shape_.biases_begin(l);
  const Index out = shape_.units(l + 1);
  for (Index unit = 0; unit < out; ++unit) {
    std::fill_n(z + unit * stride_, stride_, bias[unit]);
  }
  if (l == 0 && is_sparse_) {
    return apply_to_nonzeros(w, z);
  }
  gemm(out, count_, shape_.units(l), weights(w, l).transposed(), input(l), T{1}, z, stride_);
}

template <typename T>
T* NetworkPass<T>::sparse_block(Index size) {
  if (std::ssize(sparse_.block) < size) {
    sparse_.block.resize(static_cast<std::size_t>(size));
  }
  return sparse_.block.data();
}

template <typename T>
void NetworkPass<T>::apply_to_nonzeros(const T* w, T* z) {
  const Index out = shape_.units(1);
  T* block = sparse_block(count_ * out);
  for (Index i = 0; i < count_; ++i) {
    std::copy_n(w + shape_.biases_begin(0), out, block + i * out);
  }
  add_product(sparse_.rows, w + shape_.weights_begin(0), out, block);
  transpose(count_, out, block, out, z, stride_);
}

template <typename T>
void NetworkPass<T>::add_nonzeros_gradient(const T* delta, T* gradient) {
  const Index out = shape_.units(1);
  T* block = sparse_block(count_ * out);
  transpose(out, count_, delta, stride_, block, out);
  add_product(sparse_.transposed, block, out, gradient + shape_.weights_begin(0));
}

template <typename T>
void NetworkPass<T>::add_gradient(T* gradient) {
  backward(Kind::delta, gradient);
}

template <typename T>
void NetworkPass<T>::backward(Kind kind, T* gradient) {
  for (Index l = layers_ - 1; l >= 0; --l) {
    const T* delta = buffer(kind, l + 1);
    add_layer_gradient(l, delta, gradient);
    if (l > 0) {
      T* below = buffer(kind, l);
      const Index in = shape_.units(l);
      gemm(in, count_, shape_.units(l + 1), weights(w_, l), block(delta), T{0}, below, stride_);
      const T* slope = buffer(Kind::slope, l);
      for (Index i = 0; i < in * stride_; ++i) {
        below[i] *= slope[i];
      }
    }
  }
}

template <typename T>
void NetworkPass<T>::add_layer_gradient(Index l, const T* delta, T* gradient) {
  const Index in = shape_.units(l);
  const Index out = shape_.units(l + 1);
  if (l == 0 && is_sparse_) {
    add_nonzeros_gradient(delta, gradient);
  } else {
    gemm(in, out, count_, input(l), block(delta).transposed(), T{1}, gradient + shape_.weights_begin(l), out);
  }
  T* bias = gradient + shape_.biases_begin(l);
  for (Index unit = 0; unit < out; ++unit) {
    bias[unit] += fixed_sum(delta + unit * stride_, count_);
  }
}

template class NetworkPass<float>;
template class NetworkPass<double>;

}  // namespace lockstep
