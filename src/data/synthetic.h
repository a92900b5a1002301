/// Rows of a model whose parameters are known, each a function of the settings and its global number alone.
///
/// Dense features: x = A z, z standard normal: x_0 = z_0, x_j = ρ x_{j−1} + √(1 − ρ²) z_j, so that all have variance 1
/// and neighbours the correlation ρ: cov(x_i, x_j) = ρ^|i−j|. ρ is such that the condition number of this matrix, the
/// Hessian of linear regression without intercept, is `condition`; it grows to ((1 + ρ)/(1 − ρ))² with d (U. Grenander,
/// G. Szegő, "Toeplitz forms and their applications", 1958, §5.3).
///
/// Sparse features: an entry stands with probability p = density; it is c_j z, z standard normal, and the scales c_j of
/// columns are spread between 1 and condition^−½, evenly in their logarithm. (To mix columns would fill them.)
///
/// | kind     | y, with S = noise: 1 is the model's own distribution, 0 none                    | sd of z |
/// | linear   | z + S n                                                          n normal       | 2       |
/// | logistic | 1 where z + S l > 0, else 0                                      l logistic     | 2       |
/// | softmax  | the largest of z_k + S g_k                                       g Gumbel       | 2       |
/// | poisson  | S² q, q Poisson with mean μ/S²: variance S² μ;                   μ = e^z        | ½       |
/// | gamma    | μ S² q, q gamma of shape 1/S²: coefficient of variation S;       μ = e^z        | ½       |
/// | mlp      | as softmax, z the outputs of a network of one layer of 16 tanh units            | 3       |
///
/// Coefficients are normal, scaled to the deviation of the table (without intercept); those of softmax sum to zero over
/// the classes. Bits are the same on every machine: see portable_math.h.
#pragma once

#include "comm/summation_tree.h"
#include "data/row_block.h"
#include "lockstep/base/types.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

enum class SyntheticKind { linear, logistic, softmax, poisson, gamma, mlp };

std::string to_string(SyntheticKind kind);
SyntheticKind synthetic_kind(const std::string& name);  ///< throws ConfigurationError
std::string known_synthetic_kinds();                    ///< "linear, logistic, … or mlp"

struct SyntheticSettings {
  SyntheticKind kind = SyntheticKind::logistic;
  std::int64_t rows = 1000;    ///< ≥ 1
  std::int64_t features = 10;  ///< d, 1 to kMostFeatures
  std::int64_t classes = 3;    ///< K ≥ 2; softmax, mlp
  double condition = 1;        ///< ≥ 1, to 1e12
  double density = 1;          ///< in (0, 1]; 1: dense
  double noise = 1;            ///< S ≥ 0; poisson: 0 or at least 0.1
  std::uint64_t seed = 0;
  Scalar storage = Scalar::float64;  ///< float32: features are rounded before labels are drawn

  bool is_dense() const { return density == 1; }
  bool has_classes() const;
  Index outputs() const;  ///< of the model: K, or 1
};

inline constexpr std::int64_t kMostFeatures = 2147483646;
inline constexpr Index kSyntheticUnits = 16;  ///< of the hidden layer of mlp

/// y = f(W x + b), row-major.
struct SyntheticLayer {
  Index inputs = 0;
  Index outputs = 0;
  std::vector<double> weight;  ///< outputs × inputs
  std::vector<double> bias;    ///< outputs
};

class SyntheticProblem {
 public:
  explicit SyntheticProblem(const SyntheticSettings& settings);

  const SyntheticSettings& settings() const { return settings_; }
  /// The model: one layer; mlp: two.
  const std::vector<SyntheticLayer>& layers() const { return layers_; }
  double correlation() const { return correlation_; }  ///< ρ
  double column_scale(std::int64_t column) const;      ///< c_j

  /// Fills in these rows, labels too. From any thread.
  void fill(Run rows, RowBlock& block) const;

 private:
  void add_dense_row(std::int64_t row, RowBlock& block) const;
  void add_sparse_row(std::int64_t row, RowBlock& block) const;
  /// Outputs of the model for the last row of the block.
  void add_label(std::int64_t row, RowBlock& block, std::vector<double>& hidden, std::vector<double>& z) const;
  SyntheticLayer made_layer(Index inputs, Index outputs, double deviation, std::uint32_t stream) const;
  double deviation_of(std::span<const double> weight) const;

  SyntheticSettings settings_;
  double correlation_ = 0;
  double log_absent_ = 0;  // ln(1 − p)
  std::vector<SyntheticLayer> layers_;
};

/// ρ for which the matrix of order d with the entries ρ^|i−j| has this condition number; 0 for 1, or d = 1.
double correlation_of_condition(double condition, std::int64_t d);

}  // namespace lockstep
