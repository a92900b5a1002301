#pragma once

namespace lockstep {

/// How often F can be differentiated, and so which slopes the remainders of its expansions have.
enum class Smoothness {
  smooth,           ///< slopes 2 and 3
  kinked_gradient,  ///< ∇F has kinks (huber, squared hinge): slope 2
  kinked,           ///< F has kinks (perceptron, relu): slope 2 between them
};

}  // namespace lockstep
