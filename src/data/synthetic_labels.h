/// Draws of a label, given the outputs of its model. See synthetic.h for the distributions.
#pragma once

#include "base/random.h"

#include <span>

namespace lockstep::synthetic {

double linear(RandomStream& random, double z, double noise);
double logistic(RandomStream& random, double z, double noise);
double largest(RandomStream& random, std::span<const double> z, double noise);
double poisson(RandomStream& random, double z, double noise);
double gamma(RandomStream& random, double z, double noise);

}  // namespace lockstep::synthetic
