/// | activation | f(z)               | f'            | f''             |
/// | relu       | max(0, z)          | [z > 0]       | 0               |
/// | tanh       | tanh z             | 1 − f²        | −2 f f'         |
/// | sigmoid    | σ = 1 / (1 + e^−z) | σ (1 − σ)     | σ' (1 − 2σ)     |
/// | gelu       | z Φ(z)             | Φ + z φ       | (2 − z²) φ      |
/// with φ = e^{−z²/2} / √(2π) and Φ its integral. NaN goes through, so that a diverged network shows in its loss.
#include "model/activation.h"

#include <array>
#include <cstring>
#include <limits>
#include <numbers>

namespace lockstep {

namespace {

/// Fixed size and aligned: whole packets, so that no element is computed by another instruction sequence.
template <typename T>
using Block = Eigen::Array<T, kActivationBlock, 1>;

template <typename T>
struct Derivatives {
  Block<T> f, slope, curvature;
};

/// Element by element b where c < 0, else a (also where c is NaN). In vector registers: Eigen 3.4 selects one by one.
template <typename T>
Block<T> unless_negative(const Block<T>& c, const Block<T>& a, const Block<T>& b) {
  typedef T Packet __attribute__((vector_size(32)));
  constexpr Index kWidth = sizeof(Packet) / sizeof(T);
  Block<T> chosen;
  for (Index i = 0; i < kActivationBlock; i += kWidth) {
    Packet sign, plain, negative;
    std::memcpy(&sign, c.data() + i, sizeof(Packet));
    std::memcpy(&plain, a.data() + i, sizeof(Packet));
    std::memcpy(&negative, b.data() + i, sizeof(Packet));
    plain = sign < T{0} ? negative : plain;
    std::memcpy(chosen.data() + i, &plain, sizeof(Packet));
  }
  return chosen;
}

template <typename T>
void relu(const Block<T>& z, Derivatives<T>& to) {
  to.f = unless_negative<T>(z, z, Block<T>::Zero());
  to.slope = unless_negative<T>(-z, Block<T>::Zero(), Block<T>::Ones());
  to.curvature.setZero();
}

/// m / (m + 2), m = e^{2z} − 1 free of cancellation: x (u − 1) / log u with u = e^x (W. Kahan); the tiny number makes
/// the ratio 1 where u = 1 and is rounded away elsewhere. Beyond |z| = 20 f is ±1 in both precisions.
template <typename T>
void hyperbolic_tangent(const Block<T>& z, Derivatives<T>& to) {
  constexpr T kTiny = std::numeric_limits<T>::min();
  const Block<T> x = T{2} * z.min(T{20}).max(T{-20});
  const Block<T> u = x.exp();
  const Block<T> m = x * ((u - T{1} + kTiny) / (u.log() + kTiny));
  to.f = m / (m + T{2});
  to.slope = T{1} - to.f.square();
  to.curvature = T{-2} * to.f * to.slope;
}

template <typename T>
void sigmoid(const Block<T>& z, Derivatives<T>& to) {
  to.f = T{1} / (T{1} + (-z).exp());
  to.slope = to.f * (T{1} - to.f);
  to.curvature = to.slope * (T{1} - T{2} * to.f);
}

/// Chebyshev coefficients of (1 + 2a) e^{a²} erfc(a) in t = (a − 3) / (a + 3), a ≥ 0 (the form of M. M. Shepherd,
/// J. G. Laframboise, "Chebyshev approximation of (1 + 2x) exp(x²) erfc x", Math. Comp. 36 (1981); computed by
/// interpolation at 200 nodes with 50 digits). Float needs the first 12.
constexpr std::array<double, 25> kErfc = {
    1.17756257419656,       0.005353904539615676,    -0.09377550342284209,    0.05436652555744322,
    -0.018976596707845208,  0.004453426061462712,    -0.0006335531710553147,  1.7661719523171593e-05,
    1.2841532864056671e-05, -2.0072285659059913e-06, -1.807522790414837e-07,  7.549828343825093e-08,
    1.885668523838603e-09,  -2.699519049798364e-09,  -1.460079119939105e-11,  1.0361607445969489e-10,
    1.475715976623473e-12,  -4.277340064396911e-12,  -2.07922492859799e-13,   1.8134502003176963e-13,
    1.973425574544739e-14,  -7.287943737592673e-15,  -1.5169878690228116e-15, 2.3514112258781403e-16,
    1.0006111691821667e-16};
template <typename T>
constexpr std::size_t kErfcTerms = sizeof(T) == sizeof(double) ? kErfc.size() : 12;

/// erfc(a) e^{a²}, a ≥ 0, by Clenshaw's recurrence.
template <typename T>
Block<T> scaled_erfc(const Block<T>& a) {
  const Block<T> t = T{2} * (a - T{3}) / (a + T{3});
  Block<T> last = Block<T>::Zero();
  Block<T> sum = Block<T>::Zero();
  for (std::size_t i = kErfcTerms<T> - 1; i > 0; --i) {
    const Block<T> next = t * sum - last + static_cast<T>(kErfc[i]);
    last = sum;
    sum = next;
  }
  return (T{0.5} * t * sum - last + static_cast<T>(kErfc[0])) / (T{1} + T{2} * a);
}

/// Φ(−|z|) = ½ erfc(|z| / √2) is accurate to the last digits also where it is tiny.
template <typename T>
void gelu(const Block<T>& z, Derivatives<T>& to) {
  const Block<T> e = (T{-0.5} * z.square()).exp();
  const Block<T> tail = T{0.5} * e * scaled_erfc<T>(z.abs() * static_cast<T>(1 / std::numbers::sqrt2));
  const Block<T> integral = unless_negative<T>(z, T{1} - tail, tail);
  const Block<T> density = e * static_cast<T>(std::numbers::inv_sqrtpi / std::numbers::sqrt2);
  to.f = z * integral;
  to.slope = integral + z * density;
  to.curvature = (T{2} - z.square()) * density;
}

template <typename T, typename Function>
void for_each_block(Index count, T* values, T* slope, T* curvature, Function function) {
  using Map = Eigen::Map<Block<T>, Eigen::Aligned64>;
  Derivatives<T> at;
  for (Index i = 0; i < count; i += kActivationBlock) {
    const Block<T> z = Map(values + i);
    function(z, at);
    Map(values + i).array() = at.f;
    if (slope != nullptr) {
      Map(slope + i).array() = at.slope;
    }
    if (curvature != nullptr) {
      Map(curvature + i).array() = at.curvature;
    }
  }
}

}  // namespace

template <typename T>
void activate(Activation kind, Index count, T* values, T* slope, T* curvature) {
  switch (kind) {
    case Activation::relu:
      return for_each_block(count, values, slope, curvature, relu<T>);
    case Activation::tanh:
      return for_each_block(count, values, slope, curvature, hyperbolic_tangent<T>);
    case Activation::sigmoid:
      return for_each_block(count, values, slope, curvature, sigmoid<T>);
    case Activation::gelu:
      return for_each_block(count, values, slope, curvature, gelu<T>);
  }
}

template void activate<float>(Activation, Index, float*, float*, float*);
template void activate<double>(Activation, Index, double*, double*, double*);

}  // namespace lockstep
