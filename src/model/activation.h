/// Activations of a network and their derivatives, element by element.
#pragma once

#include "model/network.h"

namespace lockstep {

/// Elements computed together; every length below is a multiple of it.
inline constexpr Index kActivationBlock = 16;

/// values = f(values); slope = f', curvature = f'' at the old values where not null. All cache-line aligned. An
/// element's result does not depend on its place.
template <typename T>
void activate(Activation kind, Index count, T* values, T* slope, T* curvature);

}  // namespace lockstep
