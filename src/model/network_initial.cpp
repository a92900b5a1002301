#include "base/random.h"
#include "model/network.h"

#include <cmath>

namespace lockstep {

namespace {

/// Stream (kInitialStream, l) draws W_l row by row. The high half is above every epoch, so that the shuffles of a run
/// with the same seed read other streams.
constexpr std::uint64_t kInitialStream = std::uint64_t{1} << 63;

bool is_rectifier(Activation activation) {
  return activation == Activation::relu || activation == Activation::gelu;
}

}  // namespace

Vector initial_parameters(const NetworkShape& shape, std::uint64_t seed) {
  Vector w = Vector::Zero(shape.parameters());
  for (Index l = 0; l < shape.layers(); ++l) {
    RandomStream random(seed, kInitialStream, static_cast<std::uint32_t>(l));
    const auto in = static_cast<double>(shape.units(l));
    const auto out = static_cast<double>(shape.units(l + 1));
    const bool normal = l + 1 < shape.layers() && is_rectifier(shape.activation);
    const double scale = normal ? std::sqrt(2 / in) : std::sqrt(6 / (in + out));
    for (Index i = shape.weights_begin(l); i < shape.weights_begin(l + 1); ++i) {
      w[i] = scale * (normal ? random.normal() : 2 * random.uniform() - 1);
    }
  }
  return w;
}

}  // namespace lockstep
