/// Process-wide settings of the numerical libraries that would otherwise let results depend on the machine.
#pragma once

#include <string>

namespace lockstep {

/// One BLAS thread per caller, Eigen without threads and with fixed cache sizes. To be called before any
/// numerics; again does no harm. Throws InternalError where a library does not take them.
void configure_numerics();

/// What computes products: "Eigen 3.4.0" or OpenBLAS's own description with the kernel it chose for this processor.
std::string numerics_description();

}  // namespace lockstep
