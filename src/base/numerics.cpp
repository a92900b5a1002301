#include "base/numerics.h"

#include "lockstep/base/errors.h"

#include <Eigen/Core>
#include <fmt/format.h>

#ifdef LOCKSTEP_HAS_OPENBLAS
extern "C" {
void openblas_set_num_threads(int threads);
int openblas_get_num_threads();
char* openblas_get_config();
char* openblas_get_corename();
}
#endif

namespace lockstep {

void configure_numerics() {
  Eigen::setNbThreads(1);
  Eigen::setCpuCacheSizes(32 << 10, 512 << 10, 4 << 20);
#ifdef LOCKSTEP_HAS_OPENBLAS
  openblas_set_num_threads(1);
  if (openblas_get_num_threads() != 1) {
    throw InternalError("OpenBLAS does not take to one thread a caller");
  }
#endif
  if (Eigen::nbThreads() != 1) {
    throw InternalError("Eigen does not take to one thread");
  }
}

std::string numerics_description() {
#ifdef LOCKSTEP_HAS_OPENBLAS
  return fmt::format("{} kernel {}", openblas_get_config(), openblas_get_corename());
#else
  return fmt::format("Eigen {}.{}.{}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION);
#endif
}

}  // namespace lockstep
