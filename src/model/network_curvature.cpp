/// Products of curvature and a vector v = (V_l, v_l).
///
/// R-forward:  R Z_l = V_lᵀ A_l + v_l 1ᵀ + W_lᵀ R A_l,  R A_{l+1} = f'(Z_l) ∘ R Z_l,  R A_0 = 0.
/// R D of the last layer is s ∇²ℓ · R Z.
/// Gauss–Newton: the ordinary backward pass of R D.
/// Exact: R D_{l−1} = (W_l R D_l + V_l D_l) ∘ f'(Z_{l−1}) + W_l D_l ∘ f''(Z_{l−1}) ∘ R Z_{l−1},
///        R ∂W_l = A_l (R D_l)ᵀ + R A_l D_lᵀ,  R ∂b_l = R D_l 1.
#include "model/network_pass.h"

namespace lockstep {

template <typename T>
void NetworkPass<T>::r_forward(const T* v) {
  for (Index l = 0; l < layers_; ++l) {
    T* r_z = buffer(Kind::r_margin, l + 1);
    apply_layer(v, l, r_z);
    const Index out = shape_.units(l + 1);
    if (l > 0) {
      gemm(out, count_, shape_.units(l), weights(w_, l).transposed(), block(buffer(Kind::r_activation, l)), T{1}, r_z,
           stride_);
    }
    if (l + 1 < layers_) {
      T* r_a = buffer(Kind::r_activation, l + 1);
      const T* slope = buffer(Kind::slope, l + 1);
      for (Index i = 0; i < out * stride_; ++i) {
        r_a[i] = slope[i] * r_z[i];
      }
    }
  }
}

template <typename T>
double NetworkPass<T>::slope_along(const T* v) {
  r_forward(v);
  const T* delta = buffer(Kind::delta, layers_);
  const T* r_z = buffer(Kind::r_margin, layers_);
  double slope = 0;
  for (Index k = 0; k < shape_.outputs; ++k) {
    for (Index i = 0; i < count_; ++i) {
      slope += static_cast<double>(delta[k * stride_ + i]) * static_cast<double>(r_z[k * stride_ + i]);
    }
  }
  return slope;
}

template <typename T>
void NetworkPass<T>::add_gauss_newton_product(const T* v, T* product) {
  r_forward(v);
  multiply_by_loss_hessian();
  backward(Kind::r_delta, product);
}

template <typename T>
void NetworkPass<T>::add_exact_product(const T* v, T* product) {
  r_forward(v);
  multiply_by_loss_hessian();
  for (Index l = layers_ - 1; l >= 0; --l) {
    const Index in = shape_.units(l);
    const Index out = shape_.units(l + 1);
    const T* delta = buffer(Kind::delta, l + 1);
    const T* r_delta = buffer(Kind::r_delta, l + 1);
    add_layer_gradient(l, r_delta, product);
    if (l == 0) {
      return;
    }
    gemm(in, out, count_, block(buffer(Kind::r_activation, l)), block(delta).transposed(), T{1},
         product + shape_.weights_begin(l), out);
    T* below = buffer(Kind::delta, l);
    T* r_below = buffer(Kind::r_delta, l);
    gemm(in, count_, out, weights(w_, l), block(delta), T{0}, below, stride_);
    gemm(in, count_, out, weights(w_, l), block(r_delta), T{0}, r_below, stride_);
    gemm(in, count_, out, weights(v, l), block(delta), T{1}, r_below, stride_);
    const T* slope = buffer(Kind::slope, l);
    const T* curvature = buffer(Kind::curvature, l);
    const T* r_z = buffer(Kind::r_margin, l);
    for (Index i = 0; i < in * stride_; ++i) {
      r_below[i] = r_below[i] * slope[i] + below[i] * curvature[i] * r_z[i];
      below[i] *= slope[i];
    }
  }
}

template double NetworkPass<float>::slope_along(const float*);
template double NetworkPass<double>::slope_along(const double*);
template void NetworkPass<float>::add_gauss_newton_product(const float*, float*);
template void NetworkPass<double>::add_gauss_newton_product(const double*, double*);
template void NetworkPass<float>::add_exact_product(const float*, float*);
template void NetworkPass<double>::add_exact_product(const double*, double*);

}  // namespace lockstep
