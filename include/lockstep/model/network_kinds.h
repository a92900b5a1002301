/// What multi-layer perceptrons are made of.
#pragma once

namespace lockstep {

/// f(z): relu max(0, z) (derivative 0 at 0); tanh; sigmoid 1 / (1 + e^−z); gelu z Φ(z) = ½ z (1 + erf(z / √2)), exact.
enum class Activation { relu, tanh, sigmoid, gelu };

enum class NetworkLoss { cross_entropy, squared };

}  // namespace lockstep
