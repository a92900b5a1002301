/// One thread's pass over one piece of rows of a network, in the compute type T.
///
/// Activations are stored units × rows ("feature-major"), rows `stride_` apart, so that a unit's bias gradient is the
/// sum of consecutive numbers. Only the gathered input is rows × d; of sparse rows its nonzeros, which the first layer
/// multiplies without making them dense.
///
/// | symbol | meaning                         | shape         |
/// | m      | rows of the piece               |               |
/// | A_l    | inputs of layer l               | u_l × m       |
/// | Z_l    | W_lᵀ A_l + b_l                  | u_{l+1} × m   |
/// | D_l    | ∂(Σ s ℓ)/∂Z_l                   | u_{l+1} × m   |
/// | R·     | derivative of · along v         | as ·          |
#pragma once

#include "base/gemm.h"
#include "model/network.h"

namespace lockstep {

template <typename T>
class NetworkPass {
 public:
  /// Parameters w (p) and a piece of `rows`; targets and weights stand in `scratch` (load_rows with K numbers a row).
  NetworkPass(const NetworkShape& shape, const T* w, const Rows& rows, Workspace& scratch);

  /// What forward() keeps for the passes after it.
  enum class Keep { outputs, slopes, curvatures };

  /// Z of the last layer.
  void forward(const FeatureMatrix& x, Keep keep);

  /// Adds Σs, Σsℓ and mistakes; leaves D of the last layer and, for cross-entropy, the probabilities.
  void add_losses(std::span<double> header);

  /// Adds Σ_i ∂(s ℓ)/∂w to `gradient` (p). After add_losses().
  void add_gradient(T* gradient);

  /// Adds Jᵀ ∇²ℓ J v: R-forward pass, Hessian of the loss, ordinary backward pass (N. N. Schraudolph, "Fast curvature
  /// matrix-vector products for second-order gradient descent", Neural Computation 14 (2002); J. Martens, "Deep
  /// learning via Hessian-free optimization", ICML 2010). After add_losses(), slopes kept.
  void add_gauss_newton_product(const T* v, T* product);

  /// Adds ∇² · v by the R-operator (B. A. Pearlmutter, "Fast exact multiplication by the Hessian", Neural Computation 6
  /// (1994)). After add_losses(), curvatures kept.
  void add_exact_product(const T* v, T* product);

  /// Σ_i ∂(s ℓ)/∂z · ∂z/∂w · v: the slope of the losses along v, by the R-forward pass. After add_losses(), slopes
  /// kept.
  double slope_along(const T* v);

  /// z of these rows, K a row. After forward().
  void copy_margins(std::span<double> margins);

 private:
  enum class Kind { activation, slope, curvature, delta, r_margin, r_activation, r_delta };
  static constexpr Index kKinds = 7;

  /// Buffer of units(l) × m for layer l's `kind`.
  T* buffer(Kind kind, Index l);
  T* margins_of_last_layer() { return buffer(Kind::activation, layers_); }
  /// A_l (u_l × m) as a factor.
  Factor<T> input(Index l);
  /// W_l (u_l × u_{l+1}) of the given parameters.
  Factor<T> weights(const T* w, Index l) const;
  Factor<T> block(const T* values) const { return {values, stride_}; }
  /// z = b_l 1ᵀ + W_lᵀ A_l with the given parameters.
  void apply_layer(const T* w, Index l, T* z);
  /// The first layer's where the rows are sparse.
  void apply_to_nonzeros(const T* w, T* z);
  void add_nonzeros_gradient(const T* delta, T* gradient);
  /// The first `size` numbers of the sparse input's block.
  T* sparse_block(Index size);
  /// Adds A_l Dᵀ to the gradient of W_l and D 1 to that of b_l.
  void add_layer_gradient(Index l, const T* delta, T* gradient);
  /// Gradients of all layers from D of the last one, the blocks of D being those of `kind`.
  void backward(Kind kind, T* gradient);
  void cross_entropy();
  void squared_loss();
  double mistakes();
  /// Row k of D of the last layer.
  template <typename Values>
  void set_output_row(Kind kind, Index k, const Values& values);
  /// R Z_l and R A_{l+1} of all layers.
  void r_forward(const T* v);
  /// R D of the last layer.
  void multiply_by_loss_hessian();

  const NetworkShape& shape_;
  const T* w_;
  const Rows& rows_;
  Workspace& scratch_;
  std::vector<AlignedVector<T>>& buffers_;
  SparseInput<T>& sparse_;
  bool is_sparse_ = false;
  Index layers_;
  Index count_;         // m
  Index stride_;        // of units × m blocks
  Index input_stride_;  // of the gathered input
};

}  // namespace lockstep
