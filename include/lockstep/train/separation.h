/// Which columns separate the classes.
#pragma once

#include "lockstep/objective/objective.h"

#include <string>

namespace lockstep {

/// "; a, b grow without bound" where w (p), the point last accepted, separates the classes and so F falls along w for
/// ever: the largest of the first `coefficients` parameters, columns being of one size, with the largest in front.
/// Empty where w does not separate them. Two passes. Collective.
std::string separating_columns(Objective& objective, const Vector& w, Index coefficients);

}  // namespace lockstep
