/// Multi-layer perceptron: a_0 = x, z_l = W_lᵀ a_l + b_l, a_{l+1} = f(z_l); the margins are z of the last layer.
///
/// | symbol | meaning                               | shape              |
/// | L      | layers with weights, hidden + 1       |                    |
/// | u_l    | units: u_0 = d, hidden …, u_L = K     |                    |
/// | W_l    | weights                               | u_l × u_{l+1}      |
/// | b_l    | biases, not penalised                 | u_{l+1}            |
/// Parameters: W_0 … W_{L−1}, row-major, then b_0 … b_{L−1}.
///
/// | loss          | ℓ(y, z)                 | y                                           |
/// | cross-entropy | log Σ_k e^{z_k} − z_y   | class, K ≥ 2                                |
/// | squared       | ½ ‖z − y‖²              | K = 1: real; K ≥ 2: class, as a unit vector |
#pragma once

#include "lockstep/model/kinds.h"
#include "model/model.h"

#include <cstdint>
#include <span>
#include <vector>

namespace lockstep {

struct NetworkShape {
  Index features = 0;         ///< d
  std::vector<Index> hidden;  ///< units of the hidden layers, each ≥ 1; none: a linear model
  Index outputs = 1;          ///< K
  Activation activation = Activation::relu;
  NetworkLoss loss = NetworkLoss::cross_entropy;
  Scalar precision = Scalar::float32;  ///< of activations and gradients; sums of losses are float64

  Index layers() const { return std::ssize(hidden) + 1; }
  /// u_l, 0 ≤ l ≤ layers().
  Index units(Index l) const;
  /// Number of all weights, where the biases begin.
  Index weights() const { return weights_begin(layers()); }
  Index parameters() const { return biases_begin(layers()); }
  /// Offset of W_l and b_l in the parameters.
  Index weights_begin(Index l) const;
  Index biases_begin(Index l) const;
};

class Network final : public Model {
 public:
  /// `class_weights` multiply the weights of the rows of each class; empty: all 1. Throws InternalError for a shape
  /// that the table above does not allow.
  explicit Network(NetworkShape shape, std::vector<double> class_weights = {});

  Index dimension() const override { return shape_.parameters(); }
  Index outputs() const override { return shape_.outputs; }
  Index penalised() const override { return shape_.weights(); }
  ParameterPlace place(Index j) const override { return {j < shape_.weights_begin(1) ? j / shape_.units(1) : -1, -1}; }
  Index intercept_beside(Index j) const override { return shape_.biases_begin(0) + j % shape_.units(1); }
  bool has(PassKind kind) const override;
  bool keeps_margins() const override { return false; }
  Scalar precision() const override { return shape_.precision; }
  void prepare(const Vector& w, KernelParameters& to) const override;
  void add(const Pass& pass, const RowSet& rows, Partial& into, Workspace& scratch) const override;

  const NetworkShape& network_shape() const { return shape_; }

 private:
  template <typename T>
  void add_piece(const Pass& pass, const RowSet& set, const Rows& rows, Partial& into, Workspace& scratch) const;

  NetworkShape shape_;
  std::vector<double> class_weights_;
};

/// Biases 0. Weights of the hidden layers: normal of variance 2/u_l for relu and gelu (K. He et al., "Delving deep into
/// rectifiers", ICCV 2015, eq. 10), uniform in ±√(6/(u_l + u_{l+1})) for tanh and sigmoid (X. Glorot, Y. Bengio,
/// AISTATS 2010, eq. 16); of the last layer: the latter. A pure function of shape and seed.
Vector initial_parameters(const NetworkShape& shape, std::uint64_t seed);

}  // namespace lockstep
